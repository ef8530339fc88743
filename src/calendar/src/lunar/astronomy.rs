//! When the moon is new and where the sun is, to the accuracy that Hồ Ngọc Đức's method prescribes.
//!
//! Formulae: the moon, and the difference of dynamical and universal time, after J. Meeus, Astronomical Formulae for
//! Calculators, chapter 32; the sun after his Astronomical Algorithms, chapter 25, its true longitude without nutation
//! and aberration. The method keeps terms from a few ten-thousandths of a day on; a more exact theory would be a *different*
//! calendar wherever a new moon falls within a minute or so of midnight, so these coefficients are part of the definition.

use chrono::{Datelike, Days, NaiveDate};

use crate::dates::ymd;

/// Seven hours of a day: the legal zone.
const ZONE: f64 = 7.0 / 24.0;

/// Julian day at 0:00 of 1 January of the year 1, less one day: day numbers from the common era count from it.
const COMMON_ERA: f64 = 1_721_424.5;

/// The day, in the legal zone, of the `k`-th new moon from 1 January 1900.
pub(super) fn new_moon_day(k: i32) -> NaiveDate {
    let days = (new_moon(f64::from(k)) + ZONE - COMMON_ERA).floor() as u64;
    ymd(1, 1, 1) + Days::new(days - 1)
}

/// A lunation number within one of the new moon nearest to `date`.
pub(super) fn lunation_near(date: NaiveDate) -> i32 {
    let days = (date - ymd(1900, 1, 1)).num_days() as f64;
    (days / 29.530_588_68).round() as i32
}

/// In which twelfth of its path, counted from the spring equinox, the sun is at 0:00 of `date` in the legal zone.
/// A new twelfth begins with each principal solar term; the ninth (counted from 0) with the winter solstice.
pub(super) fn solar_sector(date: NaiveDate) -> u32 {
    let julian_day = f64::from(date.num_days_from_ce()) + COMMON_ERA - ZONE;
    (solar_longitude(julian_day) / 30.0).floor() as u32 % 12
}

/// Julian day, in universal time, of the `k`-th new moon from 1900.
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85;
    let (t2, t3) = (t * t, t.powi(3));
    let mean = 2_415_020.759_33 + 29.530_588_68 * k + 0.000_117_8 * t2 - 0.000_000_155 * t3
        + 0.000_33 * sin_degrees(166.56 + 132.87 * t - 0.009_173 * t2);
    // Mean anomalies of the sun and the moon, and the moon's argument of latitude.
    let sun = 359.2242 + 29.105_356_08 * k - 0.000_033_3 * t2 - 0.000_003_47 * t3;
    let moon = 306.0253 + 385.816_918_06 * k + 0.010_730_6 * t2 + 0.000_012_36 * t3;
    let latitude = 21.2964 + 390.670_506_46 * k - 0.001_652_8 * t2 - 0.000_002_39 * t3;
    let by_year = (0.1734 - 0.000_393 * t) * sin_degrees(sun);
    let periodic: f64 = NEW_MOON_TERMS
        .iter()
        .map(|&(amplitude, s, m, f)| amplitude * sin_degrees(s * sun + m * moon + f * latitude))
        .sum();
    mean + by_year + periodic - dynamical_minus_universal(t)
}

/// Amplitude in days; multiples of the sun's anomaly, the moon's anomaly, the argument of latitude.
const NEW_MOON_TERMS: [(f64, f64, f64, f64); 12] = [
    (0.0021, 2.0, 0.0, 0.0),
    (-0.4068, 0.0, 1.0, 0.0),
    (0.0161, 0.0, 2.0, 0.0),
    (-0.0004, 0.0, 3.0, 0.0),
    (0.0104, 0.0, 0.0, 2.0),
    (-0.0051, 1.0, 1.0, 0.0),
    (-0.0074, 1.0, -1.0, 0.0),
    (0.0004, 1.0, 0.0, 2.0),
    (-0.0004, -1.0, 0.0, 2.0),
    (-0.0006, 0.0, 1.0, 2.0),
    (0.0010, 0.0, -1.0, 2.0),
    (0.0005, 1.0, 2.0, 0.0),
];

/// In days; `t` in Julian centuries from 1900, within the centuries that this module serves.
fn dynamical_minus_universal(t: f64) -> f64 {
    -0.000_278 + 0.000_265 * t + 0.000_262 * t * t
}

/// True longitude of the sun, degrees from 0 to 360.
fn solar_longitude(julian_day: f64) -> f64 {
    let t = (julian_day - 2_451_545.0) / 36_525.0;
    let (t2, t3) = (t * t, t.powi(3));
    let anomaly = 357.529_10 + 35_999.050_30 * t - 0.000_155_9 * t2 - 0.000_000_48 * t3;
    let mean = 280.466_45 + 36_000.769_83 * t + 0.000_303_2 * t2;
    let centre = (1.914_600 - 0.004_817 * t - 0.000_014 * t2) * sin_degrees(anomaly)
        + (0.019_993 - 0.000_101 * t) * sin_degrees(2.0 * anomaly)
        + 0.000_290 * sin_degrees(3.0 * anomaly);
    (mean + centre).rem_euclid(360.0)
}

fn sin_degrees(degrees: f64) -> f64 {
    degrees.to_radians().sin()
}
