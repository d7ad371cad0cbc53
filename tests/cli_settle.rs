//! `anyorder resume` and `anyorder end`: a person settles what is parked.

mod common;

use common::bench::Bench;

const PROCESS: &str = "\
process: order
version: 1
starts-on: Placed
initial: open
states:
  open:
    on:
      Placed: {alarm: {TooLate: 15m}}
      Paid: {set: {paid: =event.data.amount}, send: Ship, to: paid}
      TooLate: {to: abandoned}
    defer: Seen
  paid: {on: {Seen: {send: Thank}}, ignore: [Paid, TooLate]}
  abandoned: {end: failure}
";

fn append(bench: &Bench, minute: u32, line: &str) {
    let ran = bench.run(&format!("append {line} --time 2026-11-21T09:{minute:02}:00Z"));
    assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{line}");
}

/// `o-1` is parked over its first payment; another, and something deferred, wait behind it. `o-2` goes
/// on.
fn parked() -> Bench {
    let bench = Bench::new()
        .file("anyorder.yaml", "modules: {shop: [Placed, Seen], bank: [Paid]}\n")
        .file("processes/order@1.yaml", PROCESS);
    append(&bench, 0, "Placed --id o-1");
    append(&bench, 1, "Seen --id s-1 --correlation o-1");
    append(&bench, 2, "Paid --id p-1 --correlation o-1 --data '{\"amunt\":1}'");
    append(&bench, 3, "Paid --id p-2 --correlation o-1 --data '{\"amount\":2}'");
    append(&bench, 4, "Seen --id s-2 --correlation o-1");
    append(&bench, 5, "Placed --id o-2");
    let _ = bench.run("run").out();
    bench
}

const WHEN: &str = "--time 2026-11-21T09:10:00Z";

#[test]
fn parked_again_keeps_what_is_held() {
    let bench = parked();
    bench.run(&format!("resume o-1 --id h {WHEN}")).prints(
        "order o-1: taken up again\n  Paid (bank 1): parked: event.data has no member `amount`\nit is parked \
         again: event.data has no member `amount`; 2 messages held\n",
    );
    bench.run("status o-1").prints(
        "PROCESS  INSTANCE  STATE         AGE  NEXT ALARM\norder@1  o-1       open, parked  10m  TooLate \
         2026-11-21T09:15:00.000Z\n  parked by Paid (bank 1): event.data has no member `amount`\n  \
         2 messages held behind it\n1 parked\nwhat is parked waits for `anyorder resume ID`, `resume ID --skip` or \
         `end ID`\n",
    );
    assert!(bench.run("run").out().starts_with("nothing to do: every message was handled before\n"));
}

/// What was held is tried in the order in which it came, what was deferred first.
#[test]
fn skipped_is_left_out_and_the_rest_goes_on() {
    let bench = parked();
    bench.run(&format!("resume o-1 --skip --id h {WHEN}")).prints(
        "order o-1: taken up again without the message
  Paid (bank 2): advanced → paid
  Seen (shop 2): advanced
  Seen (shop 3): advanced
sent 1 Ship, 2 Thank
it is now in paid
",
    );
    // Everybody else's alarm rings as ever; this one's was not called off, and means nothing now.
    bench.run("run --drain").prints(
        "handled 2 messages: 1 ended, 1 ignored\n2 of these were alarms\nit is now 2026-11-21T09:20:00.000Z\n",
    );
    bench
        .run("verify")
        .prints("bank   2 messages   sound\norder  19 messages  sound\nshop   4 messages   sound\n");
    assert_eq!(bench.run("replay --process order@1").code, Some(0));
}

#[test]
fn ended_by_hand() {
    let bench = parked();
    bench.run(&format!("end o-1 --id h {WHEN}")).prints(
        "order o-1: ended by hand
  Seen (shop 2): late
  Paid (bank 2): late
  Seen (shop 3): late
it is now in by hand
",
    );
    bench.run("status o-1").prints(
        "PROCESS  INSTANCE  STATE             AGE  NEXT ALARM\norder@1  o-1       by hand (manual)  0s\n1 manual\n",
    );
    // Its alarm is called off; what comes later is late.
    append(&bench, 30, "Paid --id p-3 --correlation o-1");
    bench.run("run").prints(
        "handled 2 messages: 1 ended, 1 late\n1 of these was an alarm\nit is now 2026-11-21T09:30:00.000Z\n",
    );
    assert_eq!(bench.run("replay --process order@1").code, Some(0));
}

#[test]
fn as_json() {
    parked().run(&format!("resume o-1 --id h {WHEN} --format json")).prints(
        "{\"process\":\"order\",\"instance\":\"o-1\",\"rests\":\"parked: event.data has no member `amount`\",\
         \"parked\":\"event.data has no member `amount`\",\"decisions\":[{\"input\":{\"source\":\"order\",\"id\":\"h\",\
         \"type\":\"InstanceResumed\"},\"outcome\":\"advanced\",\"hand\":\"resume\",\"state\":null,\"reason\":null,\
         \"sent\":[]},{\"input\":{\"source\":\"bank\",\"id\":\"p-1\",\"type\":\"Paid\"},\"outcome\":\"parked\",\
         \"hand\":null,\"state\":null,\"reason\":\"event.data has no member `amount`\",\"sent\":[]}]}\n",
    );
    let skipped = parked().run(&format!("resume o-1 --skip --id h {WHEN} --format json")).out();
    assert!(skipped.contains("\"rests\":\"unfinished: paid\",\"parked\":null,\"decisions\":[{"), "{skipped}");
    assert!(skipped.contains("\"hand\":\"skip\"") && skipped.contains("\"sent\":[\"Ship\"]"), "{skipped}");
    let ended = parked().run(&format!("end o-1 --id h {WHEN} --format json")).out();
    assert!(
        ended.contains("\"rests\":\"by hand\",\"parked\":null,") && ended.contains("\"hand\":\"end\""),
        "{ended}"
    );
}

#[test]
fn the_same_id_changes_nothing_a_second_time() {
    let bench = parked();
    let line = format!("resume o-1 --skip --id h {WHEN}");
    let _ = bench.run(&line).out();
    let before = bench.logs();
    bench.run(&line).prints("order o-1: not changed\nit is now in paid\n");
    bench.run(&format!("{line} --format json")).prints(
        "{\"process\":\"order\",\"instance\":\"o-1\",\"rests\":\"unfinished: paid\",\"parked\":null,\"decisions\":[]}\n",
    );
    bench.run("end o-2 --id h").fails(
        2,
        "error: h is the id of what was done to o-1 before\n  = help: name another --id, or none\n",
    );
    bench.run("end o-2 --id ''").fails(2, "error: --id is empty\n  = help: leave it out, or fill it\n");
    assert_eq!(bench.logs(), before);
}

#[test]
fn what_is_not_parked_waits_for_nobody() {
    let bench = parked();
    let before = bench.logs();
    for verb in ["resume", "resume --skip", "end"] {
        for id in ["o-2", "2"] {
            bench.run(&format!("{verb} {id}")).fails(
                2,
                "error: o-2 is not parked: it is in open\n  = help: only what is parked waits for a person; \
                 `anyorder status` shows it\n",
            );
        }
        bench.run(&format!("{verb} nosuch")).fails(
            2,
            "error: there is no instance `nosuch`\n  = help: `anyorder status` lists them; a part of an id will \
             do, or `latest`\n",
        );
        bench.run(&format!("{verb} '(none)'")).fails(
            2,
            "error: nothing without an instance is parked\n  = help: `anyorder status` shows what is parked\n",
        );
    }
    assert_eq!(bench.logs(), before);
    // A part of an id means what is parked, and so does `latest`.
    let _ = bench.run("resume o- --skip").out();
    bench
        .run("resume latest")
        .fails(2, "error: nothing is parked\n  = help: `anyorder status` shows where everything is\n");
}

#[test]
fn parked_in_two_processes() {
    let bench = parked();
    bench.write("processes/bill@1.yaml", PROCESS.replace("process: order", "process: bill"));
    let _ = bench.run("run").out();
    let before = bench.logs();
    bench
        .run("end o-1")
        .fails(2, "error: o-1 is parked in bill and order\n  = help: say which: --process bill\n");
    bench
        .run("end o-1 --process ordr")
        .fails(2, "error: no process ordr in this workspace\n  = help: did you mean order?\n");
    assert_eq!(bench.logs(), before);
    for (process, name) in [("bill", "bill"), ("order@1", "order")] {
        let out = bench.run(&format!("end o-1 --process {process} {WHEN}")).out();
        assert!(out.starts_with(&format!("{name} o-1: ended by hand\n")), "{out}");
    }
}

/// Messages that find no instance are parked under the process. A person goes through them one by one.
#[test]
fn what_has_no_instance() {
    let bench = parked();
    append(&bench, 6, "Paid --id lost --caused-by x");
    append(&bench, 7, "Paid --id gone --caused-by x");
    let _ = bench.run("run").out();
    let reason = "no way to an instance: no correlation id";
    assert!(bench.run("status").out().contains(&format!(
        "order    (none)    not-started, parked  1m\n  parked by Paid (bank 3): {reason}\n"
    )));
    bench.run(&format!("resume lost --id h-1 {WHEN}")).prints(&format!(
        "order (none): taken up again\n  Paid (bank 3): parked: {reason}\nit is parked again: {reason}; 1 message \
         held\n"
    ));
    bench.run("end lost").fails(
        2,
        "error: what has no instance has no life to end\n  = help: leave the message out: anyorder resume '(none)' \
         --skip\n",
    );
    bench.run(&format!("resume lost --skip --id h-2 {WHEN}")).prints(&format!(
        "order (none): taken up again without the message\n  Paid (bank 4): parked: {reason}\nit is parked again: \
         {reason}\n"
    ));
    bench.run(&format!("resume '(none)' --skip --id h-3 {WHEN}")).prints(
        "order (none): taken up again without the message\nnothing without an instance is parked any more\n",
    );
    let out = bench.run("status").out();
    assert!(!out.contains("(none)") && out.contains("\n1 running, 1 parked\n"), "{out}");
    // What a person did there is nobody's conversation.
    assert!(bench.run("trace h-3").err.starts_with("error: there is no conversation `h-3`\n"));
    assert_eq!(bench.run("replay --process order@1").code, Some(0));
}

/// What a person did stands in the story, and when.
#[test]
fn the_trace_tells_what_a_person_did() {
    let bench = parked();
    let _ = bench.run(&format!("resume o-1 --id h-1 {WHEN}")).out();
    let _ = bench.run("end o-1 --id h-2 --time 2026-11-21T09:12:00Z").out();
    let trace = bench.run("trace o-1").out();
    let (_, hands) = trace.split_once("InstanceResumed").unwrap();
    assert_eq!(
        hands,
        " (by hand)  order 10  2026-11-21T09:10:00.000Z
└─ order@1 taken up again, by hand  2026-11-21T09:10:00.000Z
InstanceEnded (by hand)  order 13  2026-11-21T09:12:00.000Z
└─ order@1 ended → by hand (manual)  2026-11-21T09:12:00.000Z
"
    );
    let json = bench.run("trace o-1 --format json").out();
    assert!(json.contains("\"hand\": \"resume\"") && json.contains("\"hand\": \"end\""), "{json}");
}

/// Mended where it went wrong: the definition, in place, since the instance lives on that version.
#[test]
fn resumed_when_what_was_wrong_is_mended() {
    let bench = parked();
    bench.write("processes/order@1.yaml", PROCESS.replace("=event.data.amount", "1"));
    let ran = bench.run("resume o-1");
    assert_eq!((ran.code, &*ran.out), (Some(2), ""));
    assert!(ran.err.contains("--edited"), "{}", ran.err);
    let said = "note: order@1 was edited, and 2 instances follow it from now on\n";
    bench.run(&format!("resume o-1 --id h {WHEN} --edited")).ends(
        0,
        "order o-1: taken up again
  Paid (bank 1): advanced → paid
  Seen (shop 2): advanced
  Paid (bank 2): ignored
  Seen (shop 3): advanced
sent 1 Ship, 2 Thank
it is now in paid
",
        said,
    );
}
