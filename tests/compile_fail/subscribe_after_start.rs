use anyorder::runtime::House;

fn main() {
    let house = House::create(Vec::new()).unwrap().created().subscribe_all().start();
    house.subscribe(0);
}
