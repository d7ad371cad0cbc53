//! What is known of an expression before it runs: what it reads, and of which type it is.

use super::Reads;
use super::tests::parsed;
use super::types::Type;

#[test]
fn what_an_expression_reads_is_known() {
    let reads = |text: &str| parsed(text).unwrap().reads().clone();
    let found = reads("data.total > 1 && has(data['unit-price']) || event.data.x");
    assert!(found.event && !found.all_data && !found.state && !found.now);
    assert_eq!(found.data.iter().collect::<Vec<_>>(), ["total", "unit-price"]);
    assert_eq!(found.said.iter().collect::<Vec<_>>(), ["x"]);
    assert!(!found.all_said && !found.conversation && !found.extensions);
    let found = reads("event.data['a b'].c == 1 && has(event.data.d)");
    assert_eq!((found.said.len(), found.all_said), (2, false));
    for whole in
        ["event.data", "event.data == null", "event", "event.data[state]", "size(event.data) + event.data.x"]
    {
        assert!(reads(whole).all_said, "{whole}");
    }
    assert!(reads("event.correlationid").conversation && reads("event['traceparent']").extensions);
    let found = reads("data[state] == now");
    assert!(!found.event && found.all_data && found.state && found.now);
    assert_eq!(reads("1 + 1"), Reads::default());
    assert_eq!(parsed("1 + 1.5").unwrap().type_(), Some(Type::Float));
    assert_eq!(parsed("data.total + 1").unwrap().type_(), None);
}
