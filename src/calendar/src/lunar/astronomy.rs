//! Where the moon and the sun are, to the accuracy that a calendar needs.
//!
//! Formulae: J. Meeus, Astronomical Algorithms, 2nd ed., chapters 25 (sun) and 49 (moon phases), with the planetary
//! terms of the sun from his Astronomical Formulae for Calculators, chapter 18; ΔT: F. Espenak and J. Meeus, Five
//! Millennium Canon of Solar Eclipses. Against a modern ephemeris: new moons within half a minute.

use chrono::{Datelike, Days, NaiveDate};

use crate::dates::ymd;

/// Seven hours of a day: the legal zone.
const ZONE: f64 = 7.0 / 24.0;

/// The day, in the legal zone, of the `k`-th new moon from 6 January 2000.
pub(super) fn new_moon_day(k: i32) -> NaiveDate {
    let dynamical = new_moon(f64::from(k));
    day_of(dynamical - delta_t(decimal_year(dynamical)) / 86_400.0 + ZONE)
}

/// A lunation number within one of the new moon nearest to `date`.
pub(super) fn lunation_near(date: NaiveDate) -> i32 {
    let days = (date - ymd(2000, 1, 6)).num_days() as f64;
    (days / 29.530_588_861).round() as i32
}

/// In which twelfth of its path, counted from the spring equinox, the sun is at 0:00 of `date` in the legal zone.
/// A new twelfth begins with each principal solar term; the ninth (index) at the winter solstice.
pub(super) fn solar_sector(date: NaiveDate) -> u32 {
    let universal = julian_day(date) - ZONE;
    let dynamical = universal + delta_t(decimal_year(universal)) / 86_400.0;
    (solar_longitude(dynamical) / 30.0).floor() as u32 % 12
}

/// Julian Ephemeris Day of the `k`-th new moon from 2000.
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85;
    let (t2, t3, t4) = (t * t, t.powi(3), t.powi(4));
    let mean = 2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t2 - 0.000_000_150 * t3
        + 0.000_000_000_73 * t4;
    // Eccentricity of the earth's orbit; anomalies of sun and moon, argument of latitude, node: degrees.
    let e = 1.0 - 0.002_516 * t - 0.000_007_4 * t2;
    let sun = 2.5534 + 29.105_356_70 * k - 0.000_001_4 * t2 - 0.000_000_11 * t3;
    let moon =
        201.5643 + 385.816_935_28 * k + 0.010_758_2 * t2 + 0.000_012_38 * t3 - 0.000_000_058 * t4;
    let latitude =
        160.7108 + 390.670_502_84 * k - 0.001_611_8 * t2 - 0.000_002_27 * t3 + 0.000_000_011 * t4;
    let node = 124.7746 - 1.563_755_88 * k + 0.002_067_2 * t2 + 0.000_002_15 * t3;
    let periodic: f64 = NEW_MOON_TERMS
        .iter()
        .map(|&(amplitude, power, s, m, f)| {
            amplitude * e.powi(power) * sin_degrees(s * sun + m * moon + f * latitude)
        })
        .sum();
    let planets: f64 = PLANET_TERMS
        .iter()
        .enumerate()
        .map(|(i, &(amplitude, at_2000, rate))| {
            let square = if i == 0 { -0.009_173 * t2 } else { 0.0 };
            amplitude * sin_degrees(at_2000 + rate * k + square)
        })
        .sum();
    mean + periodic - 0.000_17 * sin_degrees(node) + planets
}

/// Amplitude in days, power of the eccentricity, multiples of the sun's anomaly, the moon's anomaly, the latitude.
const NEW_MOON_TERMS: [(f64, i32, f64, f64, f64); 24] = [
    (-0.407_20, 0, 0.0, 1.0, 0.0),
    (0.172_41, 1, 1.0, 0.0, 0.0),
    (0.016_08, 0, 0.0, 2.0, 0.0),
    (0.010_39, 0, 0.0, 0.0, 2.0),
    (0.007_39, 1, -1.0, 1.0, 0.0),
    (-0.005_14, 1, 1.0, 1.0, 0.0),
    (0.002_08, 2, 2.0, 0.0, 0.0),
    (-0.001_11, 0, 0.0, 1.0, -2.0),
    (-0.000_57, 0, 0.0, 1.0, 2.0),
    (0.000_56, 1, 1.0, 2.0, 0.0),
    (-0.000_42, 0, 0.0, 3.0, 0.0),
    (0.000_42, 1, 1.0, 0.0, 2.0),
    (0.000_38, 1, 1.0, 0.0, -2.0),
    (-0.000_24, 1, -1.0, 2.0, 0.0),
    (-0.000_07, 0, 2.0, 1.0, 0.0),
    (0.000_04, 0, 0.0, 2.0, -2.0),
    (0.000_04, 0, 3.0, 0.0, 0.0),
    (0.000_03, 0, 1.0, 1.0, -2.0),
    (0.000_03, 0, 0.0, 2.0, 2.0),
    (-0.000_03, 0, 1.0, 1.0, 2.0),
    (0.000_03, 0, -1.0, 1.0, 2.0),
    (-0.000_02, 0, -1.0, 1.0, -2.0),
    (-0.000_02, 0, 1.0, 3.0, 0.0),
    (0.000_02, 0, 0.0, 4.0, 0.0),
];

/// Amplitude in days, angle at 2000 and its change per lunation in degrees.
const PLANET_TERMS: [(f64, f64, f64); 14] = [
    (0.000_325, 299.77, 0.107_408),
    (0.000_165, 251.88, 0.016_321),
    (0.000_164, 251.83, 26.651_886),
    (0.000_126, 349.42, 36.412_478),
    (0.000_110, 84.66, 18.206_239),
    (0.000_062, 141.74, 53.303_771),
    (0.000_060, 207.14, 2.453_732),
    (0.000_056, 154.84, 7.306_860),
    (0.000_047, 34.52, 27.261_239),
    (0.000_042, 207.19, 0.121_824),
    (0.000_040, 291.34, 1.844_379),
    (0.000_037, 161.72, 24.198_154),
    (0.000_035, 239.56, 25.513_099),
    (0.000_023, 331.55, 3.592_518),
];

/// Apparent longitude of the sun, degrees from 0 to 360, at a Julian Ephemeris Day.
fn solar_longitude(jde: f64) -> f64 {
    let t = (jde - 2_451_545.0) / 36_525.0;
    let mean = 280.466_46 + 36_000.769_83 * t + 0.000_303_2 * t * t;
    let anomaly = 357.529_11 + 35_999.050_29 * t - 0.000_153_7 * t * t;
    let centre = (1.914_602 - 0.004_817 * t - 0.000_014 * t * t) * sin_degrees(anomaly)
        + (0.019_993 - 0.000_101 * t) * sin_degrees(2.0 * anomaly)
        + 0.000_289 * sin_degrees(3.0 * anomaly);
    let node = 125.04 - 1_934.136 * t;
    let aberration_and_nutation = -0.005_69 - 0.004_78 * sin_degrees(node);
    (mean + centre + planets_on_the_sun(jde) + aberration_and_nutation).rem_euclid(360.0)
}

/// What Venus, Jupiter, the moon and a long term move the sun by, in degrees.
fn planets_on_the_sun(jde: f64) -> f64 {
    // Julian centuries from 1900.
    let t = (jde - 2_415_020.0) / 36_525.0;
    let cos_degrees = |degrees: f64| sin_degrees(degrees + 90.0);
    0.001_34 * cos_degrees(153.23 + 22_518.754_1 * t)
        + 0.001_54 * cos_degrees(216.57 + 45_037.508_2 * t)
        + 0.002_00 * cos_degrees(312.69 + 32_964.357_7 * t)
        + 0.001_79 * sin_degrees(350.74 + 445_267.114_2 * t - 0.001_44 * t * t)
        + 0.001_78 * sin_degrees(231.19 + 20.20 * t)
}

/// Dynamical minus universal time, in seconds.
fn delta_t(year: f64) -> f64 {
    let since = |epoch: f64| year - epoch;
    let polynomial =
        |t: f64, coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let century = (year - 1820.0) / 100.0;
    match year {
        y if y < 1920.0 => polynomial(
            since(1900.0),
            &[-2.79, 1.494_119, -0.059_893_9, 0.006_196_6, -0.000_197],
        ),
        y if y < 1941.0 => polynomial(since(1920.0), &[21.20, 0.844_93, -0.076_100, 0.002_093_6]),
        y if y < 1961.0 => polynomial(since(1950.0), &[29.07, 0.407, -1.0 / 233.0, 1.0 / 2_547.0]),
        y if y < 1986.0 => polynomial(since(1975.0), &[45.45, 1.067, -1.0 / 260.0, -1.0 / 718.0]),
        y if y < 2005.0 => {
            let terms = [
                63.86,
                0.334_5,
                -0.060_374,
                0.001_727_5,
                0.000_651_814,
                0.000_023_735_99,
            ];
            polynomial(since(2000.0), &terms)
        }
        y if y < 2050.0 => polynomial(since(2000.0), &[62.92, 0.322_17, 0.005_589]),
        y if y < 2150.0 => -20.0 + 32.0 * century * century - 0.562_8 * (2150.0 - y),
        _ => -20.0 + 32.0 * century * century,
    }
}

fn decimal_year(julian_day: f64) -> f64 {
    2000.0 + (julian_day - 2_451_544.5) / 365.242_5
}

/// Julian day at 0:00 of the date.
fn julian_day(date: NaiveDate) -> f64 {
    // 1 January of the year 1 began at 1721425.5.
    f64::from(date.num_days_from_ce()) + 1_721_424.5
}

/// The date on which a Julian day falls; no zone is applied here.
fn day_of(julian_day: f64) -> NaiveDate {
    let days = (julian_day - 1_721_424.5).floor() as u64;
    ymd(1, 1, 1) + Days::new(days - 1)
}

fn sin_degrees(degrees: f64) -> f64 {
    degrees.rem_euclid(360.0).to_radians().sin()
}
