//! Tests of the spellings of sizes, cpu and durations.

use proptest::prelude::*;

use super::*;

#[test]
fn sizes_are_read_with_binary_and_decimal_units() {
    for (text, bytes) in [
        ("0", 0),
        ("1024", 1024),
        ("512Ki", 512 << 10),
        ("256Mi", 256 << 20),
        ("1Gi", 1 << 30),
        ("1.5Gi", 3 << 29),
        ("2Ti", 2 << 40),
        ("1k", 1000),
        ("1K", 1000),
        ("500M", 500_000_000),
        ("1G", 1_000_000_000),
        ("1T", 1_000_000_000_000),
        (".5Ki", 512),
        ("1.Ki", 1024),
        ("0000000000000000000000000000001", 1),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(ByteSize::parse(text), Ok(ByteSize::new(bytes)), "{text}");
    }
}

#[test]
fn a_fraction_of_a_byte_is_rounded_up() {
    assert_eq!(ByteSize::parse("0.0001Ki"), Ok(ByteSize::new(1)));
    assert_eq!(ByteSize::parse("1.1Ki"), Ok(ByteSize::new(1127)));
}

#[test]
fn what_is_not_a_size_is_refused_with_advice() {
    for text in [
        "", "Mi", ".", "-1", "+1", "1 Mi", "1mi", "1MB", "1MiB", "1e3", "1m", "0x10", "１Mi",
        "1Mi ", "1.2.3",
    ] {
        let error = ByteSize::parse(text).unwrap_err();
        assert!(matches!(error, UnitError::ByteSize { .. }), "{text}");
        assert!(error.to_string().contains("such as 256Mi"));
    }
    for text in [
        "18446744073709551616",
        "16777216Ti",
        "99999999999999999999T",
    ] {
        assert!(
            matches!(ByteSize::parse(text), Err(UnitError::TooLarge { .. })),
            "{text}"
        );
    }
}

#[test]
fn sizes_are_shown_with_the_largest_binary_unit_that_fits() {
    for (bytes, text) in [
        (0, "0"),
        (1, "1"),
        (1000, "1000"),
        (1024, "1Ki"),
        (256 << 20, "256Mi"),
        (3 << 29, "1536Mi"),
        (1 << 30, "1Gi"),
        (1 << 40, "1Ti"),
    ] {
        assert_eq!(ByteSize::new(bytes).to_string(), text);
    }
    assert_eq!(ByteSize::mib(256).bytes(), 256 << 20);
    assert_eq!(ByteSize::mib(u64::MAX).bytes(), u64::MAX);
}

#[test]
fn cpu_is_read_in_millicores_and_cores() {
    for (text, millicores) in [
        ("500m", 500),
        ("0.5", 500),
        (".25", 250),
        ("1", 1000),
        ("1.0", 1000),
        ("2.125", 2125),
        ("0.001", 1),
        ("4294967295m", u32::MAX),
    ] {
        assert_eq!(
            Millicores::parse(text).map(Millicores::get),
            Ok(millicores),
            "{text}"
        );
    }
    assert_eq!(Millicores::parse("0.5").unwrap().to_string(), "500m");
}

#[test]
fn no_cpu_and_less_than_a_millicore_are_refused() {
    for text in [
        "", "0", "0m", "0.0", "0.0005", "0.5m", "-1", "m", "1M", "500 m", "1c", "half",
    ] {
        let error = Millicores::parse(text).unwrap_err();
        assert!(matches!(error, UnitError::Millicores { .. }), "{text}");
        assert!(error.to_string().contains("such as 500m"));
    }
    for text in ["4294967296m", "4294968", "99999999999999999999"] {
        assert!(
            matches!(Millicores::parse(text), Err(UnitError::TooLarge { .. })),
            "{text}"
        );
    }
}

#[test]
fn durations_are_read_as_go_writes_them() {
    for (text, nanos) in [
        ("0", 0),
        ("0s", 0),
        ("1ns", 1),
        ("1us", 1_000),
        ("1µs", 1_000),
        ("1μs", 1_000),
        ("500ms", 500_000_000),
        ("30s", 30_000_000_000),
        ("1.5s", 1_500_000_000),
        (".5s", 500_000_000),
        ("10m", 600_000_000_000),
        ("1h30m", 5_400_000_000_000),
        ("1h30m5.25s", 5_405_250_000_000),
        ("1d", 86_400_000_000_000),
        ("1s1s", 2_000_000_000),
        ("0.0000000001s", 0),
        ("9223372036854775807ns", 9_223_372_036_854_775_807),
    ] {
        assert_eq!(
            parse_duration(text),
            Ok(Duration::from_nanos(nanos)),
            "{text}"
        );
    }
}

#[test]
fn what_is_not_a_duration_is_refused_with_advice() {
    for text in [
        "", "5", "00", "s", ".s", "-1s", "+1s", "1 s", " 1s", "1s ", "1S", "1min", "1w", "1h30",
        "1.2.3s", "∞", "1é",
    ] {
        let error = parse_duration(text).unwrap_err();
        assert!(matches!(error, UnitError::Duration { .. }), "{text}");
        assert!(error.to_string().contains("such as 30s"));
    }
    for text in [
        "9223372036854775808ns",
        "106752d",
        "99999999999999999999h",
        "106751d1d",
    ] {
        assert!(
            matches!(parse_duration(text), Err(UnitError::TooLarge { .. })),
            "{text}"
        );
    }
}

#[test]
fn durations_are_shown_as_go_does() {
    for (nanos, text) in [
        (0, "0s"),
        (1, "1ns"),
        (1_100, "1.1µs"),
        (2_200_000, "2.2ms"),
        (500_000_000, "500ms"),
        (3_300_000_000, "3.3s"),
        (245_000_000_000, "4m5s"),
        (245_001_000_000, "4m5.001s"),
        (600_000_000_000, "10m0s"),
        (18_367_001_000_000, "5h6m7.001s"),
        (3_600_000_000_000, "1h0m0s"),
        (480_000_000_001, "8m0.000000001s"),
    ] {
        assert_eq!(format_duration(Duration::from_nanos(nanos)), text);
    }
    assert_eq!(
        format_duration(Duration::MAX),
        "5124095576030431h0m15.999999999s"
    );
}

#[test]
fn a_refused_text_is_quoted_shortened() {
    let text = "9".repeat(1_000_000);
    for message in [
        ByteSize::parse(&text).unwrap_err().to_string(),
        Millicores::parse(&text).unwrap_err().to_string(),
        parse_duration(&text).unwrap_err().to_string(),
    ] {
        assert!(message.len() < 300, "{message}");
    }
}

#[test]
fn quantities_are_texts_in_json() {
    assert_eq!(serde_json::to_string(&ByteSize::mib(1)).unwrap(), "\"1Mi\"");
    assert_eq!(
        serde_json::from_str::<Millicores>("\"1\"").unwrap().get(),
        1000
    );
    assert!(serde_json::from_str::<Millicores>("\"0\"").is_err());
    assert!(serde_json::from_str::<ByteSize>("512").is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics(text in any::<String>(), close in "[0-9.]{0,30}[a-zµ]{0,3}[0-9.]{0,30}[KMGTPikmnshd]{0,3}") {
        for text in [text, close] {
            drop(ByteSize::parse(&text));
            drop(Millicores::parse(&text));
            drop(parse_duration(&text));
        }
    }

    #[test]
    fn what_is_displayed_parses_to_the_same(bytes in any::<u64>(), shift in 0_u32..64, millicores in 1_u32.., nanos in 0_u64..=i64::MAX as u64) {
        let size = ByteSize::new(bytes >> shift << (shift / 2));
        prop_assert_eq!(ByteSize::parse(&size.to_string()), Ok(size));
        let cpu = Millicores::new(millicores).unwrap();
        prop_assert_eq!(Millicores::parse(&cpu.to_string()), Ok(cpu));
        let duration = Duration::from_nanos(nanos >> shift);
        prop_assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
    }
}
