//! Tests of moments, their spelling, and the clock for tests.

use proptest::prelude::*;

use super::*;

#[test]
fn moments_are_shown_in_utc_with_milliseconds() {
    for (millis, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_795_446_245_123, "2026-11-23T15:04:05.123Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (MIN_MILLIS, "0000-01-01T00:00:00.000Z"),
        (MAX_MILLIS, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Timestamp::from_millis(millis).to_string(), text);
        assert_eq!(Timestamp::parse(text).unwrap().as_millis(), millis);
    }
}

#[test]
fn moments_outside_of_four_digit_years_become_the_nearest_inside() {
    assert_eq!(Timestamp::from_millis(i64::MAX).as_millis(), MAX_MILLIS);
    assert_eq!(Timestamp::from_millis(i64::MIN).as_millis(), MIN_MILLIS);
}

#[test]
fn offsets_decimals_and_leap_seconds_are_read() {
    let base = Timestamp::parse("2026-11-23T15:04:05Z")
        .unwrap()
        .as_millis();
    for (text, millis) in [
        ("2026-11-23t15:04:05z", 0),
        ("2026-11-23 15:04:05Z", 0),
        ("2026-11-23T17:04:05+02:00", 0),
        ("2026-11-23T10:34:05-04:30", 0),
        ("2026-11-23T15:04:05.1Z", 100),
        ("2026-11-23T15:04:05.1239999999999999999Z", 123),
        ("2026-11-23T15:03:60Z", -5_000),
    ] {
        assert_eq!(
            Timestamp::parse(text).unwrap().as_millis() - base,
            millis,
            "{text}"
        );
    }
}

#[test]
fn what_is_not_a_moment_is_refused() {
    for text in [
        "",
        "2026-11-23",
        "2026-11-23T15:04:05",
        "2026-11-23T15:04Z",
        "2026-11-23T15:04:05.Z",
        "2026-11-23T15:04:05Z ",
        "2026-11-23T15:04:05+0200",
        "2026-11-23T15:04:05+24:00",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "+2026-01-01T00:00:00Z",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:60Z",
        "２026-01-01T00:00:00Z",
        "1795446245123",
    ] {
        assert!(Timestamp::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn adding_stops_at_the_year_9999() {
    let start = Timestamp::from_millis(5);
    assert_eq!(
        start.checked_add(Duration::from_micros(1_999)),
        Some(Timestamp::from_millis(6))
    );
    assert_eq!(start.checked_add(Duration::MAX), None);
    assert_eq!(
        Timestamp(MAX_MILLIS).checked_add(Duration::from_millis(1)),
        None
    );
    assert_eq!(start.since(Timestamp::EPOCH), Duration::from_millis(5));
    assert_eq!(Timestamp::EPOCH.since(start), Duration::ZERO);
}

#[test]
fn a_manual_clock_goes_only_when_told() {
    let clock = ManualClock::new(Timestamp::EPOCH);
    assert_eq!(clock.now(), Timestamp::EPOCH);
    clock.advance(Duration::from_secs(1));
    assert_eq!(clock.now().as_millis(), 1_000);
    clock.advance(Duration::MAX);
    assert_eq!(clock.now().as_millis(), MAX_MILLIS);
}

#[test]
fn system_times_before_the_epoch_are_negative() {
    let before = UNIX_EPOCH - Duration::from_millis(1);
    assert_eq!(Timestamp::from(before).as_millis(), -1);
    assert!(SystemClock.now() > Timestamp::parse("2020-01-01T00:00:00Z").unwrap());
}

proptest! {
    #[test]
    fn parsing_never_panics(text in any::<String>(), close in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?([Zz]|[+-][0-9]{2}:[0-9]{2})") {
        for text in [text, close] {
            if let Ok(moment) = Timestamp::parse(&text) {
                prop_assert_eq!(Timestamp::parse(&moment.to_string()), Ok(moment));
            }
        }
    }

    #[test]
    fn what_is_displayed_parses_to_the_same_and_sorts_alike(a in MIN_MILLIS..=MAX_MILLIS, b in MIN_MILLIS..=MAX_MILLIS) {
        let (a, b) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
        prop_assert_eq!(Timestamp::parse(&a.to_string()), Ok(a));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), a);
    }
}
