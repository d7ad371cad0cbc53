//! Whether how many choices lead to a world follows from the world itself.
//!
//! Mostly it does: a choice takes something out of flight, and of what was sent the cast knows. Then all ways to a world are
//! equally long, it lies in one layer only, and what is met need only be looked for in the layer that is met now. Nobody says so
//! of a scenario, it is learned: scenes and casts get heights, so that between those of a world lies its layer. A scene and a cast
//! that no worlds link have any difference, and the first world that links them says which it is (weighted union-find: Galler and
//! Fischer, An improved equivalence algorithm, 1964, with differences along the links).

use super::worlds::World;

/// Scenes and casts, each with another that it hangs from, and by how much it is higher.
#[derive(Debug, Default)]
pub(super) struct Grades {
    scenes: Vec<Hangs>,
    casts: Vec<Hangs>,
}

#[derive(Debug, Clone, Copy)]
struct Hangs {
    from: Half,
    higher: i32,
}

/// Scene or cast: the number, and in the lowest bit which of them it is.
type Half = u32;

impl Grades {
    /// Whether a world that is met in a layer can lie in no other, as far as worlds were met. If so, this one was met, too.
    pub fn agree(&mut self, World { scene, cast }: World, layer: u32) -> bool {
        grow(&mut self.scenes, scene, 0);
        grow(&mut self.casts, cast, 1);
        let (scene, cast) = (self.root(scene << 1), self.root(cast << 1 | 1));
        let higher = layer as i32 - scene.higher + cast.higher;
        if scene.from == cast.from {
            return higher == 0;
        }
        *self.half(scene.from) = Hangs { from: cast.from, higher };
        true
    }

    /// From what a half hangs that hangs from nothing else, and how much higher it is. All on the way hang from there afterwards.
    fn root(&mut self, half: Half) -> Hangs {
        let mut root = Hangs { from: half, higher: 0 };
        loop {
            let above = *self.half(root.from);
            if above.from == root.from {
                break;
            }
            root = Hangs { from: above.from, higher: root.higher + above.higher };
        }
        let (mut half, mut higher) = (half, root.higher);
        while half != root.from {
            let before = std::mem::replace(self.half(half), Hangs { from: root.from, higher });
            (half, higher) = (before.from, higher - before.higher);
        }
        root
    }

    fn half(&mut self, half: Half) -> &mut Hangs {
        let all = if half & 1 == 0 { &mut self.scenes } else { &mut self.casts };
        &mut all[half as usize >> 1]
    }

    pub fn bytes(&self) -> usize {
        (self.scenes.capacity() + self.casts.capacity()) * size_of::<Hangs>()
    }
}

/// New ones hang from themselves.
fn grow(all: &mut Vec<Hangs>, number: u32, kind: u32) {
    let new = all.len() as u32..number + 1;
    all.extend(new.map(|number| Hangs { from: number << 1 | kind, higher: 0 }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn world(scene: u32, cast: u32) -> World {
        World { scene, cast }
    }

    #[test]
    fn between_a_scene_and_a_cast_that_worlds_link_there_is_one_layer() {
        let mut grades = Grades::default();
        assert!(grades.agree(world(0, 0), 1));
        assert!(grades.agree(world(1, 0), 2));
        assert!(grades.agree(world(1, 1), 4), "nothing was known of this cast");
        assert!(grades.agree(world(0, 1), 3), "one lower, as of the other cast");
        assert!(!grades.agree(world(0, 1), 5));
        assert!(grades.agree(world(2, 2), 7));
        assert!(grades.agree(world(2, 1), 4), "so the third scene is as high as the second");
        assert!(!grades.agree(world(1, 2), 6));
        assert!(grades.agree(world(1, 2), 7));
    }

    /// Of each there are so many.
    const HALVES: usize = 6;

    /// The other way round: whether there are heights is asked of all worlds at once, by going from what has one to what it is
    /// linked with, again and again.
    fn heights_fit(worlds: &[(World, u32)]) -> bool {
        let mut heights: Vec<Option<i32>> = vec![None; 2 * HALVES];
        for start in 0..2 * HALVES {
            heights[start].get_or_insert(0);
            for _ in 0..2 * HALVES {
                for &(World { scene, cast }, layer) in worlds {
                    let (scene, cast) = (scene as usize, HALVES + cast as usize);
                    match (heights[scene], heights[cast]) {
                        (Some(height), None) => heights[cast] = Some(height - layer as i32),
                        (None, Some(height)) => heights[scene] = Some(height + layer as i32),
                        _ => {}
                    }
                }
            }
        }
        let height = |at: usize| heights[at].expect("all were gone through");
        worlds.iter().all(|&(World { scene, cast }, layer)| {
            height(scene as usize) - height(HALVES + cast as usize) == layer as i32
        })
    }

    #[test]
    fn worlds_agree_as_long_as_there_are_heights_for_all() {
        let (mut whole, mut cut) = (0, 0);
        for seed in 0..500 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let (mut grades, mut met) = (Grades::default(), Vec::new());
            while met.len() < 30 {
                let [scene, cast] = [(); 2].map(|()| random.random_range(0..HALVES as u32));
                // Mostly as it is where scenes and casts are so high; sometimes not.
                let layer = 10 + scene % 5 - cast % 3 + u32::from(random.random_ratio(1, 40));
                met.push((world(scene, cast), layer));
                let agrees = grades.agree(world(scene, cast), layer);
                assert_eq!(agrees, heights_fit(&met), "seed {seed}: {met:?}");
                if !agrees {
                    break;
                }
            }
            *if met.len() == 30 { &mut whole } else { &mut cut } += 1;
        }
        assert!(whole > 100 && cut > 100, "{whole} went well, {cut} did not");
    }

    #[test]
    fn a_long_row_of_casts_takes_no_stack() {
        let mut grades = Grades::default();
        for number in 0..1_000_000 {
            assert!(grades.agree(world(number, number), 1));
            assert!(grades.agree(world(number, number + 1), 2));
        }
        assert!(grades.agree(world(0, 1_000_000), 1_000_001));
    }
}
