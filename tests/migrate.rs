//! `anyorder migrate` as a person lives it: whole sessions, with all that is printed and what is in the logs then.
//!
//! What each session prints stands in `tests/migrate/`; `BLESS=1` writes it anew, to be read before it is committed. The laws
//! are in `migrate_law.rs`.

mod common;

use common::bench::Bench;
use std::path::PathBuf;

/// Commands and what they print, one after the other.
struct Session {
    bench: Bench,
    name: &'static str,
    told: String,
}

impl Session {
    fn new(name: &'static str, modules: &str) -> Session {
        let bench = Bench::new().file("anyorder.yaml", &format!("modules: {{{modules}}}\n"));
        Session { bench, name, told: String::new() }
    }

    fn file(self, name: &str, text: &str) -> Session {
        self.bench.write(name, text);
        self
    }

    /// A message, which says nothing new.
    fn append(self, time: &str, line: &str) -> Session {
        let ran = self.bench.run(&format!("append {line} --time 2026-11-21T{time}:00Z"));
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{line}");
        self
    }

    fn run(mut self, line: &str) -> Session {
        let ran = self.bench.run(line);
        self.told += &format!("$ anyorder {line}\n{}{}", ran.out, ran.err);
        if ran.code != Some(0) {
            self.told += &format!("[exit {}]\n", ran.code.unwrap());
        }
        self
    }

    /// What was moved is moved: a second time nothing is found to do, and no log is other than it was.
    fn again(self, line: &str) -> Session {
        let before = self.bench.logs();
        let _ = self.bench.run(line);
        assert_eq!(before, self.bench.logs(), "{line}");
        self
    }

    /// What both have decided they decide again.
    fn ends(self) {
        for version in [1, 2] {
            let ran = self.bench.run(&format!("replay --process order@{version}"));
            assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{}", ran.out);
        }
        self.told();
    }

    fn told(self) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/migrate/{}.txt", self.name));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &self.told).unwrap();
        }
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(self.told, known, "{}", path.display());
    }
}

/// A definition of the restaurant, as a version of one process for every customer.
fn restaurant(file: &str, version: u32) -> String {
    let path = format!("{}/fixtures/restaurant/processes/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| match line.split_once(": ") {
        Some(("process", _)) => "process: order\n".to_string(),
        Some(("version", _)) => format!("version: {version}\n"),
        Some(("starts-when", _)) => String::new(),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

const MODULES: &str =
    "waiter: [OrderPlaced, OrderCancelled], cook: [FoodCooked], manager: [OrderPriced], cashier: [OrderPaid]";

/// From paying after the meal to paying first: an order in every state.
fn orders(name: &'static str) -> Session {
    Session::new(name, MODULES)
        .file("processes/order@1.yaml", &restaurant("pay-after-eating@1.yaml", 1))
        .append("12:00", "OrderPlaced --id o-cook --data '{\"table\":1}'")
        .append("12:01", "OrderPlaced --id o-price --data '{\"table\":2}'")
        .append("12:06", "FoodCooked --id c-1 --correlation o-price --data '{\"food\":2}'")
        .append("12:02", "OrderPlaced --id o-eat --data '{\"table\":3}'")
        .append("12:07", "FoodCooked --id c-2 --correlation o-eat --data '{\"food\":3}'")
        .append("12:08", "OrderPriced --id a-2 --correlation o-eat --data '{\"total\":9}'")
        .append("12:02", "OrderPlaced --id o-paid --data '{\"table\":4}'")
        .append("12:07", "FoodCooked --id c-3 --correlation o-paid --data '{\"food\":4}'")
        .append("12:08", "OrderPriced --id a-3 --correlation o-paid --data '{\"total\":9}'")
        .append("12:09", "OrderPaid --id p-3 --correlation o-paid --data '{\"paid\":true}'")
        .append("12:09", "OrderPlaced --id o-parked --data '{\"table\":5}'")
        .append("12:10", "OrderPaid --id p-4 --correlation o-parked --data '{\"paid\":true}'")
        .run("run")
        .file("processes/order@2.yaml", &restaurant("pay-first@1.yaml", 2))
}

#[test]
fn orders_in_every_state_go_from_paying_later_to_paying_first() {
    orders("restaurant")
        .run("migrate order@1 order@2 --dry-run")
        .run("migrate order@1 order@2 --send-missing --yes --time 2026-11-21T12:11:00Z")
        .again("migrate order@1 order@2 --send-missing --yes")
        .run("status")
        // What was cooked too early waits until it is paid for.
        .append("12:12", "OrderPaid --id p-5 --correlation o-eat --data '{\"paid\":true}'")
        .run("run")
        .run("trace o-eat")
        .ends();
}

#[test]
fn a_plan_for_programs() {
    orders("json")
        .run("migrate order@1 order@2 o-eat o-price --dry-run --format json")
        .run("migrate order@1 order@2 eat --yes --time 2026-11-21T12:11:00Z --format json")
        .run("status eat --format json")
        .ends();
}

#[test]
fn a_person_says_where_it_stands() {
    orders("map")
        .run("migrate order@1 order@2 eat --map eating=cooking --yes --time 2026-11-21T12:11:00Z")
        .run("migrate order@1 order@2 o-cook --map cooking=pricing --dry-run")
        .run(
            "migrate order@1 order@2 parked --map cooking=awaiting-payment --yes --time 2026-11-21T12:11:00Z",
        )
        .run("status")
        .run("trace o-parked")
        .again("run")
        .ends();
}

#[test]
fn what_cannot_be_done_is_said() {
    orders("mistakes")
        .run("migrate order@1 order@2")
        .run("migrate order@1 order@2 --yes --dry-run")
        .run("migrate order@1 order@2 o-paid --yes")
        .run("migrate order@1 order@2 o-nobody --yes")
        .run("migrate order@1 other@2 --yes")
        .run("migrate order@1 order@7 --yes")
        .run("migrate order order@2 --yes")
        .run("migrate order@2 order@2 --yes")
        .run("migrate order@1 order@2 --map eating --yes")
        .run("migrate order@1 order@2 --map eatin=cooking --yes")
        .run("migrate order@1 order@2 --map eating=cookin --yes")
        .run("migrate order@1 order@2 --map eating=cooking --map eating=pricing --yes")
        .run("migrate order@2 order@1 --yes")
        .told();
}

const FIRST: &str = "\
process: order
version: 1
starts-on: Placed
initial: open
states:
  open:
    on: {Placed: {alarm: {TooLate: 1h}}, Paid: {send: Ship, to: shipping}, TooLate: {to: over}}
  shipping: {ignore: [TooLate], on: {Shipped: {to: done}}}
  done: {end: success}
  over: {end: failure}
";

/// A payment that comes twice parks what version 1 has; version 2 gives the second one back. What was held is decided.
#[test]
fn a_version_that_mends_what_is_parked() {
    let mended = FIRST
        .replace("version: 1", "version: 2")
        .replace("ignore: [TooLate], on: {", "ignore: [TooLate], on: {Paid: {send: Refund}, ");
    Session::new("mended", "shop: [Placed], bank: [Paid], carrier: [Shipped]")
        .file("processes/order@1.yaml", FIRST)
        .append("09:00", "Placed --id o-1")
        .append("09:01", "Placed --id o-2")
        .append("09:02", "Placed --id o-3")
        .append("09:05", "Paid --id p-1 --correlation o-1")
        .append("09:06", "Paid --id p-2 --correlation o-1")
        .append("09:07", "Shipped --id s-1 --correlation o-1")
        .append("09:08", "Paid --id p-3 --correlation o-2")
        .run("run")
        .file("processes/order@2.yaml", &mended)
        .run("migrate order@1 order@2 --only-same --yes --time 2026-11-21T09:10:00Z")
        .run("migrate order@1 order@2 --send-missing --yes --time 2026-11-21T09:10:00Z")
        .again("migrate order@1 order@2 --yes")
        .run("status")
        .run("run --for 1h")
        .ends();
}

const REGIONS: &str = "\
process: order
version: 1
starts-on: Placed
regions:
  payment:
    initial: due
    states:
      due: {ignore: [Placed], on: {Paid: {to: paid}}}
      paid: {end: success}
  kitchen:
    initial: cooking
    states:
      cooking: {on: {Cooked: {to: cooked}}, ignore: [Placed]}
      cooked: {end: success}
joins:
  - {when: state.payment == 'paid' && state.kitchen == 'cooked', publish: Served, end: success, as: served}
";

/// Machines side by side: where all of them rest is one state.
#[test]
fn regions_go_together() {
    let second = REGIONS.replace("version: 1", "version: 2").replace("cooking: {on", "hot: {on");
    let second = second.replace("initial: cooking", "initial: hot").replace(", ignore: [Placed]}", "}");
    let second = second.replace("starts-on: Placed", "starts-on: Placed\nstarts-when: event.data.hungry");
    Session::new("regions", "shop: [Placed], bank: [Paid], cook: [Cooked]")
        .file("processes/order@1.yaml", REGIONS)
        .append("09:00", "Placed --id o-1 --data '{\"hungry\":true}'")
        .append("09:01", "Placed --id o-2 --data '{\"hungry\":false}'")
        .append("09:02", "Cooked --id c-1 --correlation o-1")
        .run("run")
        .file("processes/order@2.yaml", &second)
        .run("migrate order@1 order@2 --yes --time 2026-11-21T09:10:00Z")
        .run(
            "migrate order@1 order@2 --map 'payment.due kitchen.cooking=payment.due kitchen.hot' --yes --time \
             2026-11-21T09:10:00Z",
        )
        .append("09:11", "Paid --id p-1 --correlation o-1")
        .append("09:11", "Paid --id p-2 --correlation o-2")
        .append("09:12", "Cooked --id c-2 --correlation o-2")
        .run("run")
        .run("status")
        .ends();
}

/// Only the life that runs is moved: what an earlier one has sent is nothing that is missing or too much.
#[test]
fn a_life_that_is_forgotten_is_over() {
    let text = FIRST.replace("starts-on: Placed", "starts-on: Placed\nafter-end: forget");
    let second = text.replace("version: 1", "version: 2").replace("{send: Ship, ", "{send: ShipToday, ");
    let second = second.replace("{TooLate: 1h}", "{TooLate: 2h}");
    Session::new("forgotten", "shop: [Placed], bank: [Paid], carrier: [Shipped]")
        .file("processes/order@1.yaml", &text)
        .append("09:00", "Placed --id o-1")
        .append("09:01", "Paid --id p-1 --correlation o-1")
        .append("09:02", "Shipped --id s-1 --correlation o-1")
        .append("09:03", "Placed --id o-2 --correlation o-1")
        .run("run")
        .file("processes/order@2.yaml", &second)
        .run("migrate order@1 order@2 --yes --time 2026-11-21T09:10:00Z")
        .append("09:11", "Paid --id p-2 --correlation o-1")
        .run("run")
        .run("status")
        .ends();
}
