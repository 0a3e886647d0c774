// Functions of one or two numbers that Rust lacks.

// piece: maximum
// As NumPy has it: not a number if either is not.
fn maximum<T: PartialOrd>(a: T, b: T) -> T {
    if a > b || a.partial_cmp(&a).is_none() {
        a
    } else {
        b
    }
}

// piece: minimum
// As NumPy has it: not a number if either is not.
fn minimum<T: PartialOrd>(a: T, b: T) -> T {
    if a < b || a.partial_cmp(&a).is_none() {
        a
    } else {
        b
    }
}

// piece: sign
fn sign(x: Real) -> Real {
    if x == 0.0 {
        x
    } else {
        x.signum()
    }
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

// piece: figure
// A number in so many digits, as C's %g has it.
fn figure(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return value.to_string().to_lowercase();
    }
    let rounded = format!("{value:.*e}", digits - 1);
    let (number, exponent) = rounded.split_once('e').unwrap();
    let exponent: i32 = exponent.parse().unwrap();
    let short = |text: &str| text.trim_end_matches('0').trim_end_matches('.').to_string();
    if number.trim_matches(['-', '0', '.']).is_empty() {
        "0".to_string()
    } else if (-4..digits as i32).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent) as usize;
        let text = format!("{value:.places$}");
        if places > 0 {
            short(&text)
        } else {
            text
        }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", short(number), exponent.abs())
    }
}
