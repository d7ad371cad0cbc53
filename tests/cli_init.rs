//! `anyorder init`: a workspace to start from.

mod common;

use common::bench::Bench;

const STARTER: &str = "\
shop: a shop, a bank and one process, to be changed into your own
  anyorder.yaml
  processes/order@1.yaml
  scenarios/payment.yaml
  specs/payment.yaml
go on with: cd shop && anyorder --help
";

#[test]
fn the_starter_works_at_once() {
    let bench = Bench::new();
    bench.run("init shop").prints(STARTER);
    bench
        .run("-C shop place-order --total 12.50 --item tea --id o-1 --time 2026-11-21T09:00:00Z")
        .prints("shop 1 OrderPlaced o-1\n");
    bench
        .run("-C shop run")
        .prints("handled 1 message: 1 started\nsent 1 TakePayment\nit is now 2026-11-21T09:00:00.000Z\n");
    bench
        .run("-C shop pay latest --amount 12.50 --id p-1 --time 2026-11-21T09:05:00Z")
        .prints("bank 1 OrderPaid p-1\n");
    bench
        .run("-C shop run")
        .prints("handled 1 message: 1 ended\nsent 1 OrderAccepted\nit is now 2026-11-21T09:05:00.000Z\n");
    bench.run("-C shop status").prints(
        "PROCESS  INSTANCE  STATE           AGE  NEXT ALARM\norder@1  o-1       paid (success)  0s\n1 success\n",
    );
}

#[test]
fn the_restaurant_works_at_once() {
    let bench = Bench::new();
    bench.run("init inn --example restaurant").prints(
        "inn: Greg Young's restaurant: one document through everybody's hands, two processes
  anyorder.yaml
  processes/pay-after-eating@1.yaml
  processes/pay-first@1.yaml
  services/assistant-manager.yaml
  services/cashier.yaml
  services/cook.yaml
  scenarios/busy-cook.yaml
  scenarios/late-payment.yaml
  scenarios/pay-after-eating.yaml
  scenarios/pay-first.yaml
  specs/pay-after-eating.yaml
  specs/pay-first.yaml
  specs/who-takes-it.yaml
  next/deaf-cook.yaml
  next/pay-first@2.yaml
  next/takeaway@1.yaml
  next/takeaway.yaml
go on with: cd inn && anyorder --help
",
    );
    bench
        .run("-C inn place-order --table 5 --item burger --id ada --time 2026-11-21T12:00:00Z")
        .prints("waiter 1 OrderPlaced ada\n");
    assert!(bench.run("-C inn run").out().starts_with("handled 2 messages: 1 started, 1 declined\n"));
    assert!(bench.run("-C inn status ada").out().contains("\n1 running, 1 declined\n"));
}

#[test]
fn into_a_folder_that_is_empty_or_not_there_yet() {
    let bench = Bench::new();
    bench.run("init a/b/c --format json").prints(
        "{\"folder\":\"a/b/c\",\"example\":\"starter\",\"files\":[\"anyorder.yaml\",\"processes/order@1.yaml\",\"scenarios/payment.yaml\",\"specs/payment.yaml\"]}\n",
    );
    std::fs::create_dir(bench.path("my shop's")).unwrap();
    let ran = bench.run("init \"my shop's\"").out();
    assert!(ran.ends_with("go on with: cd 'my shop'\\''s' && anyorder --help\n"), "{ran}");
    let mut here = bench.command("init .");
    std::fs::create_dir(bench.path("here")).unwrap();
    here.current_dir(bench.path("here"));
    assert!(bench.finish("init .", here).out().ends_with("go on with: anyorder --help\n"));
}

#[test]
fn what_is_there_is_never_written_over() {
    let bench = Bench::new();
    bench.write("full/notes.txt", "mine");
    bench
        .run("init full")
        .fails(2, "error: the folder is not empty\n  --> full\n  = help: name one that is not there yet\n");
    assert_eq!(std::fs::read_dir(bench.path("full")).unwrap().count(), 1);
    let ran = bench.run("init full/notes.txt");
    assert_eq!((ran.code, &*ran.out), (Some(2), ""));
    assert!(ran.err.starts_with("error: cannot use the folder: Not a directory"), "{}", ran.err);
    assert_eq!(bench.read("full/notes.txt"), "mine");
    bench.run("init shop").prints(STARTER);
    bench
        .run("init shop")
        .fails(2, "error: the folder is not empty\n  --> shop\n  = help: name one that is not there yet\n");
}

#[test]
fn an_example_that_there_is_not() {
    let bench = Bench::new();
    bench
        .run("init x --example restarant")
        .fails(2, "error: no example restarant\n  = help: did you mean restaurant?\n");
    bench
        .run("init x --example zzz")
        .fails(2, "error: no example zzz\n  = help: there is starter, restaurant\n");
    assert!(!bench.path("x").exists());
    bench.run("init").fails(
        2,
        "error: the following required arguments were not provided:\n  <DIR>\n\nUsage: anyorder init <DIR>\n\n\
         For more information, try '--help'.\n",
    );
}
