use anyorder::runtime::House;

fn main() {
    let world = House::create(Vec::new()).unwrap().created().subscribe_all().start().stable();
    world.house().subscribe_all();
}
