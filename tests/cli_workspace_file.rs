//! What can be wrong with `anyorder.yaml`, all of it at once, each with its place; and what goes on all the
//! same.

mod common;

use common::bench::{Bench, PLACED, PROCESS};

/// A verb of the workspace is asked for, so what is wrong with the file is said.
#[track_caller]
fn complains(workspace: &str, said: &str) {
    Bench::new().file("anyorder.yaml", workspace).run("pay").fails(2, said);
}

/// Keys that a workspace, a verb or an option does not have.
#[test]
fn unknown_keys() {
    complains(
        "\
workspac: x
mood: 3
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
verbs:
  pay: {append: OrderPaid}
  pay2: {appends: OrderPaid, options: {a: {typ: string}, b: {colour: red}}}
",
        "\
error[E0201]: a workspace has no key `workspac`
 --> anyorder.yaml:1:1
  |
1 | workspac: x
  | ^^^^^^^^
  |
  = help: did you mean `workspace`?

error[E0201]: a workspace has no key `mood`
 --> anyorder.yaml:2:1
  |
2 | mood: 3
  | ^^^^
  |
  = help: the keys are `workspace`, `seed`, `modules`, `verbs`, `allow`

error[E0201]: a verb has no key `append`
 --> anyorder.yaml:5:9
  |
5 |   pay: {append: OrderPaid}
  |         ^^^^^^
  |
  = help: did you mean `appends`?

error[E0201]: an option has no key `typ`
 --> anyorder.yaml:6:44
  |
6 |   pay2: {appends: OrderPaid, options: {a: {typ: string}, b: {colour: red}}}
  |                                            ^^^
  |
  = help: did you mean `type`?

error[E0201]: an option has no key `colour`
 --> anyorder.yaml:6:62
  |
6 |   pay2: {appends: OrderPaid, options: {a: {typ: string}, b: {colour: red}}}
  |                                                              ^^^^^^
  |
  = help: the keys are `type`, `as`, `repeated`, `default`, `optional`, `help`
",
    );
}

/// Where a mapping should be, a list or a text.
#[test]
fn no_mapping() {
    complains(
        "\
- a
- b
",
        "\
error[E0203]: expected a mapping, found a list
 --> anyorder.yaml:1:1
  |
1 | - a
  | ^^^
  |
  = help: begin with `workspace: <name>`
",
    );
}

#[test]
fn wrong_values() {
    complains(
        "\
workspace: {a: 1}
seed: soon
modules: [a]
verbs: pay
",
        "\
error[E0203]: `workspace` wants a name
 --> anyorder.yaml:1:12
  |
1 | workspace: {a: 1}
  |            ^^^^^^
  |
  = help: any text

error[E0203]: `seed` wants a whole number
 --> anyorder.yaml:2:7
  |
2 | seed: soon
  |       ^^^^
  |
  = help: `seed: 7`

error[E0203]: expected a mapping, found a list
 --> anyorder.yaml:3:10
  |
3 | modules: [a]
  |          ^^^
  |
  = help: `modules: {orders: [OrderPlaced], payments: [OrderPaid]}`

error[E0203]: expected a mapping, found a text
 --> anyorder.yaml:4:8
  |
4 | verbs: pay
  |        ^^^
  |
  = help: `verbs: {pay: {appends: OrderPaid, on: order, options: {amount: number}}}`
",
    );
}

/// Names, and who owns what.
#[test]
fn modules() {
    complains(
        "\
modules:
  Orders: [OrderPlaced]
  orders: [OrderPaid, OrderPaid]
  bank: OrderPaid
  till: [7, {a: b}]
",
        "\
error[E0206]: `Orders` is no name for a module
 --> anyorder.yaml:2:3
  |
2 |   Orders: [OrderPlaced]
  |   ^^^^^^
  |
  = help: a module is named with a-z, 0-9 and `-`, begins with a letter, and has up to 100 characters

error[E0208]: OrderPaid is listed twice
 --> anyorder.yaml:3:23
  |
3 |   orders: [OrderPaid, OrderPaid]
  |                       ^^^^^^^^^
  |
  = help: once is enough

error[E0601]: OrderPaid is owned by orders already
 --> anyorder.yaml:4:9
  |
4 |   bank: OrderPaid
  |         ^^^^^^^^^
  |
  = help: a message has one owner: the module that says it

error[E0203]: expected a message's name, found a number
 --> anyorder.yaml:5:10
  |
5 |   till: [7, {a: b}]
  |          ^
  |
  = help: list the types of messages that the module owns

error[E0203]: expected a message's name, found a mapping
 --> anyorder.yaml:5:13
  |
5 |   till: [7, {a: b}]
  |             ^^^^^^
  |
  = help: list the types of messages that the module owns
",
    );
}

#[test]
fn verbs() {
    complains(
        "\
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
verbs:
  Pay: {appends: OrderPaid}
  pay2:
  pay3: 7
  pay4: {summary: x}
  pay5: {appends: OrderPayed}
  pay6: {appends: Zebra, options: {a: what}}
  pay7: {appends: OrderPaid, summary: [x]}
",
        "\
error[E0206]: `Pay` is no name for a verb
 --> anyorder.yaml:3:3
  |
3 |   Pay: {appends: OrderPaid}
  |   ^^^
  |
  = help: a verb is named with a-z, 0-9 and `-`, begins with a letter, and has up to 100 characters

error[E0602]: `pay2` does not say what it `appends`
 --> anyorder.yaml:4:3
  |
4 |   pay2:
  |   ^^^^
  |
  = help: say at least which message: `appends: OrderPaid`

error[E0203]: expected a mapping, found a number
 --> anyorder.yaml:5:9
  |
5 |   pay3: 7
  |         ^
  |
  = help: say at least which message: `appends: OrderPaid`

error[E0602]: `pay4` does not say what it `appends`
 --> anyorder.yaml:6:3
  |
6 |   pay4: {summary: x}
  |   ^^^^
  |
  = help: say at least which message: `appends: OrderPaid`

error[E0601]: no module owns OrderPayed
 --> anyorder.yaml:7:19
  |
7 |   pay5: {appends: OrderPayed}
  |                   ^^^^^^^^^^
  |
  = help: did you mean OrderPaid?

error[E0601]: no module owns Zebra
 --> anyorder.yaml:8:19
  |
8 |   pay6: {appends: Zebra, options: {a: what}}
  |                   ^^^^^
  |
  = help: list it under `modules:`, with the module that says it

error[E0603]: `what` is no type of an option
 --> anyorder.yaml:8:39
  |
8 |   pay6: {appends: Zebra, options: {a: what}}
  |                                       ^^^^
  |
  = help: one of integer, number, string, boolean, flag

error[E0203]: `summary` wants a text, found a list
 --> anyorder.yaml:9:39
  |
9 |   pay7: {appends: OrderPaid, summary: [x]}
  |                                       ^^^
  |
  = help: a word or a sentence
",
    );
}

/// `passes-on` wants `answers`, which wants `on`.
#[test]
fn answers() {
    complains(
        "\
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
verbs:
  pay: {appends: OrderPaid, answers: TakePayment}
  pay2: {appends: OrderPaid, on: order, passes-on: true}
  pay3: {appends: OrderPaid, on: order, answers: TakePayment, passes-on: maybe}
",
        "\
error[E0602]: `pay` answers in no conversation
 --> anyorder.yaml:3:3
  |
3 |   pay: {appends: OrderPaid, answers: TakePayment}
  |   ^^^
  |
  = help: say `on: order`, so that a person can name the conversation

error[E0602]: `pay2` has nothing to pass on
 --> anyorder.yaml:4:3
  |
4 |   pay2: {appends: OrderPaid, on: order, passes-on: true}
  |   ^^^^
  |
  = help: it passes on the data of the command that it `answers`

error[E0203]: `passes-on` wants true or false
 --> anyorder.yaml:5:74
  |
5 |   pay3: {appends: OrderPaid, on: order, answers: TakePayment, passes-on: maybe}
  |                                                                          ^^^^^
  |
  = help: it is false where nothing is said
",
    );
}

#[test]
fn options() {
    complains(
        "\
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
verbs:
  pay:
    appends: OrderPaid
    options:
      a: numbre
      id: string
      B: string
      c: {type: integer, default: 1.5}
      d: {type: flag, optional: true}
      e: {type: string, repeated: true, default: x}
      f: {type: string, optional: true, default: x}
      g: {type: string, default: [x]}
      h: [string]
      i: {type: string, as: j}
      j: string
      k:
",
        "\
error[E0603]: `numbre` is no type of an option
 --> anyorder.yaml:6:10
  |
6 |       a: numbre
  |          ^^^^^^
  |
  = help: did you mean `number`?

error[E0206]: `id` is no name for an option
 --> anyorder.yaml:7:7
  |
7 |       id: string
  |       ^^
  |
  = help: every verb has that one already

error[E0206]: `B` is no name for an option
 --> anyorder.yaml:8:7
  |
8 |       B: string
  |       ^
  |
  = help: an option is named with a-z, 0-9 and `-`, begins with a letter, and has up to 100 characters

error[E0603]: this default does not fit: a whole number is wanted
 --> anyorder.yaml:9:35
  |
9 |       c: {type: integer, default: 1.5}
  |                                   ^^^
  |
  = help: it is of the option's `type`

error[E0603]: `d` is a flag, and takes nothing more
  --> anyorder.yaml:10:7
   |
10 |       d: {type: flag, optional: true}
   |       ^
   |
   = help: a flag is false until it is given

error[E0603]: `e` is repeated, and takes no default
  --> anyorder.yaml:11:7
   |
11 |       e: {type: string, repeated: true, default: x}
   |       ^
   |
   = help: without it, it is `[]`

error[E0603]: `f` has a default, and is optional
  --> anyorder.yaml:12:7
   |
12 |       f: {type: string, optional: true, default: x}
   |       ^
   |
   = help: keep one of the two: it is left out, or it has a value

error[E0203]: expected a value, found a list
  --> anyorder.yaml:13:34
   |
13 |       g: {type: string, default: [x]}
   |                                  ^^^
   |
   = help: a default is one number, text, or true or false

error[E0203]: expected a mapping, found a list
  --> anyorder.yaml:14:10
   |
14 |       h: [string]
   |          ^^^^^^^^
   |
   = help: `amount: number`, or `{type: number, as: total}`

error[E0208]: `i` and `j` both write `j`
  --> anyorder.yaml:16:7
   |
16 |       j: string
   |       ^
   |
   = help: `as:` names the member that an option becomes

error[E0603]: an option wants a type
  --> anyorder.yaml:17:8
   |
17 |       k:
   |        ^
   |
   = help: one of integer, number, string, boolean, flag
",
    );
}

#[test]
fn twice() {
    complains(
        "\
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
verbs: {pay: {appends: OrderPaid}, pay: {appends: OrderPaid}}
",
        "\
error[E0113]: the key `modules` is given twice
 --> anyorder.yaml:2:1
  |
2 | modules: {orders: [OrderPlaced], payments: [OrderPaid]}
  | ^^^^^^^ stands on line 1 already
  |
  = help: keep one of the two, or merge them

error[E0113]: the key `pay` is given twice
 --> anyorder.yaml:3:36
  |
3 | verbs: {pay: {appends: OrderPaid}, pay: {appends: OrderPaid}}
  |                                    ^^^ stands on line 3 already
  |
  = help: keep one of the two, or merge them
",
    );
}

#[test]
fn no_yaml() {
    complains(
        "\
modules: {orders: [
",
        "\
error[E0103]: this `[` is never closed
 --> anyorder.yaml:1:19
  |
1 | modules: {orders: [
  |                   ^
",
    );
}

/// A verb that bears a built-in's name: nobody could tell which of the two is meant.
#[test]
fn shadows() {
    complains(
        "\
modules: {orders: [OrderPlaced], payments: [OrderPaid]}
verbs:
  run: {appends: OrderPaid}
  help: {appends: OrderPaid}
  pay: {appends: OrderPaid}
",
        "\
error[E0604]: `run` is a verb of anyorder's own
 --> anyorder.yaml:3:3
  |
3 |   run: {appends: OrderPaid}
  |   ^^^
  |
  = help: call yours something else

error[E0604]: `help` is a verb of anyorder's own
 --> anyorder.yaml:4:3
  |
4 |   help: {appends: OrderPaid}
  |   ^^^^
  |
  = help: call yours something else
",
    );
}

/// Only what needs the file is stopped by it.
#[test]
fn a_broken_file_stops_only_what_needs_it() {
    let shadow = "verbs: {run: {appends: OrderPaid}}\nmodules: {payments: [OrderPaid]}\n";
    let unknown = "modles: {}\n";
    for (workspace, said) in [
        (shadow, "error[E0604]: `run` is a verb of anyorder's own\n --> anyorder.yaml:1:9\n"),
        (unknown, "error[E0201]: a workspace has no key `modles`\n --> anyorder.yaml:1:1\n"),
    ] {
        let bench = Bench::one_order();
        bench.run(PLACED).prints("orders 1 OrderPlaced o-1\n");
        let before = bench.logs();
        bench.write("anyorder.yaml", workspace);
        for line in [
            "--help",
            "help run",
            "run --help",
            "demo",
            "init shop",
            "man",
            "completions bash",
            "log",
            "trace o-1",
            "verify",
        ] {
            assert_eq!(bench.run(line).code, Some(0), "{line}");
        }
        for line in ["pay o-1", "run", "status", "resume o-1", "end o-1", "append OrderPaid"] {
            let ran = bench.run(line);
            assert_eq!((ran.code, &*ran.out), (Some(2), ""), "{line}");
            assert!(ran.err.starts_with(said), "{line}: {}", ran.err);
        }
        assert_eq!(bench.logs(), before);
    }
}

/// What may be left out, may be; an empty list of modules or verbs is no mistake.
#[test]
fn as_little_as_one_likes() {
    for workspace in
        ["", "# nothing yet\n", "workspace: x\nseed: 7\n", "modules:\nverbs:\n", "modules: {a: , b: []}\n"]
    {
        let bench = Bench::new().file("anyorder.yaml", workspace).file("processes/order@1.yaml", PROCESS);
        bench.run("run").prints("nothing to do: no message for a process has come yet\n");
    }
    let short = "{modules: {till: Paid}, verbs: {pay: {appends: Paid, options: }}}";
    let bench = Bench::new().file("anyorder.yaml", short);
    bench.run("pay --id p --time 2026-11-21T09:00:00Z").prints("till 1 Paid p\n");
}

/// What other tools call a type; two names without a comma; and `required`, which every option is.
#[test]
fn words_of_other_tools() {
    complains(
        "\
modules: {orders: [OrderPlaced OrderPaid], payments: [Two words!]}
verbs:
  pay: {appends: OrderPaid, options: {a: text, b: money, c: list, d: {type: string, required: true}}}
",
        "\
error[E0206]: `OrderPlaced OrderPaid` is no name for a message
 --> anyorder.yaml:1:20
  |
1 | modules: {orders: [OrderPlaced OrderPaid], payments: [Two words!]}
  |                    ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: a comma parts two names

error[E0206]: `Two words!` is no name for a message
 --> anyorder.yaml:1:55
  |
1 | modules: {orders: [OrderPlaced OrderPaid], payments: [Two words!]}
  |                                                       ^^^^^^^^^^
  |
  = help: a message is named with letters, digits, `_`, `.` and `-`, and begins with a letter

error[E0603]: `text` is no type of an option
 --> anyorder.yaml:3:42
  |
3 |   pay: {appends: OrderPaid, options: {a: text, b: money, c: list, d: {type: string, required: true}}}
  |                                          ^^^^
  |
  = help: here it is called `string`

error[E0603]: `money` is no type of an option
 --> anyorder.yaml:3:51
  |
3 |   pay: {appends: OrderPaid, options: {a: text, b: money, c: list, d: {type: string, required: true}}}
  |                                                   ^^^^^
  |
  = help: here it is called `number`

error[E0603]: `list` is no type of an option
 --> anyorder.yaml:3:61
  |
3 |   pay: {appends: OrderPaid, options: {a: text, b: money, c: list, d: {type: string, required: true}}}
  |                                                             ^^^^
  |
  = help: an option that may be given several times is `{type: string, repeated: true}`

error[E0201]: an option has no key `required`
 --> anyorder.yaml:3:85
  |
3 |   pay: {appends: OrderPaid, options: {a: text, b: money, c: list, d: {type: string, required: true}}}
  |                                                                                     ^^^^^^^^
  |
  = help: an option is required, unless it is `optional: true` or has a `default`
",
    );
}
