// Functions that a model in Rust calls: `core` has no mathematics. They work in f64, so that an f32
// comes out right.

// piece: wide_exp
/// A power of 2, times the series of what is left.
fn wide_exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x.clamp(-700.0, 700.0);
    let power = (x * core::f64::consts::LOG2_E) as i64;
    let left = x - power as f64 * core::f64::consts::LN_2;
    let series = (1..18).rev().fold(1.0, |sum, k| 1.0 + left / f64::from(k) * sum);
    series * f64::from_bits(((power + 1023) as u64) << 52)
}

// piece: wide_log
/// The power of 2 in it, and the series of the rest.
fn wide_log(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 || x == f64::INFINITY {
        return if x == 0.0 { f64::NEG_INFINITY } else if x > 0.0 { x } else { f64::NAN };
    }
    let bits = x.to_bits();
    let power = (bits >> 52) as f64 - 1023.0;
    let part = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let ratio = (part - 1.0) / (part + 1.0);
    let series = (0..24).rev().fold(0.0, |sum, k| 1.0 / f64::from(2 * k + 1) + ratio * ratio * sum);
    power * core::f64::consts::LN_2 + 2.0 * ratio * series
}

// piece: wide_sqrt
/// Newton's method, from half the power of 2.
fn wide_sqrt(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 || x == f64::INFINITY {
        return if x < 0.0 { f64::NAN } else { x };
    }
    let start = f64::from_bits((x.to_bits() >> 1) + 0x1ff8_0000_0000_0000);
    (0..6).fold(start, |root, _| (root + x / root) / 2.0)
}

// piece: exp, needs: wide_exp
fn exp(x: f32) -> f32 {
    wide_exp(f64::from(x)) as f32
}

// piece: expm1, needs: wide_exp
fn expm1(x: f32) -> f32 {
    (wide_exp(f64::from(x)) - 1.0) as f32
}

// piece: tanh, needs: wide_exp
fn tanh(x: f32) -> f32 {
    let square = wide_exp(2.0 * f64::from(x));
    (1.0 - 2.0 / (square + 1.0)) as f32
}

// piece: log, needs: wide_log
fn log(x: f32) -> f32 {
    wide_log(f64::from(x)) as f32
}

// piece: log1p, needs: wide_log
fn log1p(x: f32) -> f32 {
    wide_log(1.0 + f64::from(x)) as f32
}

// piece: sqrt, needs: wide_sqrt
fn sqrt(x: f32) -> f32 {
    wide_sqrt(f64::from(x)) as f32
}

// piece: absolute
fn absolute(x: f32) -> f32 {
    if x < 0.0 {
        -x
    } else {
        x
    }
}

// piece: maximum
// As NumPy has it: not a number if either is not.
fn maximum(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() {
        a
    } else {
        b
    }
}

// piece: minimum
// As NumPy has it: not a number if either is not.
fn minimum(a: f32, b: f32) -> f32 {
    if a < b || a.is_nan() {
        a
    } else {
        b
    }
}

// piece: sign
fn sign(x: f32) -> f32 {
    if x == 0.0 {
        x
    } else {
        x.signum()
    }
}

// piece: square
fn square(x: f32) -> f32 {
    x * x
}

// piece: choose
fn choose<T>(condition: bool, one: T, other: T) -> T {
    if condition {
        one
    } else {
        other
    }
}

// piece: where, needs: choose

// piece: smoothly_clipped, needs: wide_sqrt
fn smoothly_clipped(z: f64, reach: f64) -> f64 {
    let ratio = z / reach;
    if ratio > 1e150 {
        reach
    } else if ratio < -1e150 {
        -reach
    } else {
        z / wide_sqrt(1.0 + ratio * ratio)
    }
}

// piece: texts
/// A text without blanks around it, or "" where it stands for a missing one.
fn text_of<'a>(text: &'a str, missing: &[&str]) -> &'a str {
    let found = text.trim();
    if missing.contains(&found) {
        ""
    } else {
        found
    }
}
