//! Random numbers that a seed repeats.

/// A generator. (SplitMix64: small, and random enough here.)
#[derive(Clone, Debug, Default)]
pub(crate) struct Rng(u64);

impl Rng {
    /// The generator of a seed.
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next number.
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        let span = to.saturating_sub(from).saturating_add(1);
        from.saturating_add(self.draw().checked_rem(span).unwrap_or_default())
    }

    /// 0 to 99.
    pub(crate) fn percent(&mut self) -> u8 {
        u8::try_from(self.between(0, 99)).unwrap_or_default()
    }

    /// Whether something happens that happens so many times of a hundred.
    pub(crate) fn happens(&mut self, percent: u8) -> bool {
        self.percent() < percent
    }

    /// One of these; the first, should there be none to choose from.
    pub(crate) fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let last = u64::try_from(all.len()).unwrap_or_default().saturating_sub(1);
        let at = usize::try_from(self.between(0, last)).unwrap_or_default();
        all.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_repeats_its_numbers_within_their_bounds() {
        let drawn = |seed: u64| {
            let mut rng = Rng::new(seed);
            [(); 200].map(|()| rng.between(5, 15))
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        assert!(drawn(7).iter().all(|number| (5..=15).contains(number)));
        assert!(drawn(7).contains(&5) && drawn(7).contains(&15));
        let mut rng = Rng::new(0);
        assert!((0..200).all(|_| !rng.happens(0) && rng.happens(100)));
        assert_eq!((rng.one_of(&["a"]), rng.one_of(&[]), rng.between(3, 1)), ("a", "", 3));
    }
}
