//! The four stages in their order compile.

use anyorder::runtime::House;

fn main() {
    let house = House::create(Vec::new()).unwrap().created().subscribe_all().start();
    let world = house.stable();
    assert!(world.house().subscribers("OrderPlaced").is_empty());
}
