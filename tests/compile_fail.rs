//! What must not compile: a house whose routes are in use cannot be given another.

#[test]
fn subscribing_after_the_start_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_fail/in_order.rs");
    cases.compile_fail("tests/compile_fail/subscribe_*.rs");
}
