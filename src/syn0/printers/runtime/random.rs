// Random numbers: NumPy's, drawn one after the other, and those that are known by their place.

// piece: random_seed
/// NumPy's legacy generator: the Mersenne Twister (Matsumoto & Nishimura, 1998).
struct Generator {
    words: [u32; 624],
    used: usize,
    waiting: Option<f64>,
}

impl Generator {
    fn new(seed: u32) -> Self {
        let mut words = [seed; 624];
        for i in 1..624 {
            let before = words[i - 1];
            words[i] = (before ^ before >> 30)
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i as u32);
        }
        Generator {
            words,
            used: 624,
            waiting: None,
        }
    }

    fn bits(&mut self) -> u32 {
        if self.used == 624 {
            for i in 0..624 {
                let next = self.words[(i + 1) % 624];
                let both = (self.words[i] & 0x8000_0000) | (next & 0x7fff_ffff);
                let odd = (both & 1) * 0x9908_b0df;
                self.words[i] = self.words[(i + 397) % 624] ^ both >> 1 ^ odd;
            }
            self.used = 0;
        }
        let mut word = self.words[self.used];
        self.used += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }
}

// piece: random, needs: random_seed
impl Generator {
    fn sample(&mut self) -> f64 {
        let (high, low) = (self.bits() >> 5, self.bits() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }
}

// piece: normal, needs: random
impl Generator {
    /// Two at a time (Marsaglia's polar method); the second one waits.
    fn normal(&mut self) -> f64 {
        if let Some(other) = self.waiting.take() {
            return other;
        }
        loop {
            let x = 2.0 * self.sample() - 1.0;
            let y = 2.0 * self.sample() - 1.0;
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.waiting = Some(scale * x);
                return scale * y;
            }
        }
    }
}

// piece: shuffle, needs: random_seed
impl Generator {
    fn shuffle(&mut self, order: &mut [usize]) {
        for i in (1..order.len()).rev() {
            let mask = (i + 1).next_power_of_two() - 1;
            let mut other = self.bits() as usize & mask;
            while other > i {
                other = self.bits() as usize & mask;
            }
            order.swap(i, other);
        }
    }
}

// piece: key_of
/// A hash of a number's place (C. Wellons, "lowbias32", 2018).
fn scrambled(bits: u32) -> u32 {
    let bits = (bits ^ bits >> 16).wrapping_mul(0x7feb_352d);
    let bits = (bits ^ bits >> 15).wrapping_mul(0x846c_a68b);
    bits ^ bits >> 16
}

fn key_of(seed: f64, stream: f64, step: f64) -> u32 {
    [seed, stream, step].iter().fold(0, |key: u32, &part| {
        scrambled(key.wrapping_add(part as u32))
    })
}

fn uniform_at(key: u32, place: usize) -> f64 {
    f64::from(scrambled(scrambled(place as u32).wrapping_add(key)) >> 8) / 16_777_216.0
}

// piece: normal_at, needs: key_of
fn normal_at(key: u32, other: u32, place: usize) -> f64 {
    let (even, angle) = (uniform_at(key, place), uniform_at(other, place));
    (-2.0 * (1.0 - even).ln()).sqrt() * (2.0 * std::f64::consts::PI * angle).cos()
}
