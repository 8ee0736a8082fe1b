//! Local time, and times as `strftime` and GNU's `date` write them.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// The zone that `TZ` names; UTC if it names none.
pub(crate) fn zone() -> TimeZone {
    match std::env::var("TZ") {
        Ok(name) => zone_named(&name).unwrap_or(TimeZone::UTC),
        Err(_) => TimeZone::UTC,
    }
}

pub(crate) fn zone_named(name: &str) -> Option<TimeZone> {
    let name = name.strip_prefix(':').unwrap_or(name);
    if name.is_empty() || name == "UTC" || name == "UTC0" {
        return Some(TimeZone::UTC);
    }
    let zone = TimeZone::posix(name).or_else(|_| TimeZone::get(name));
    // A zone with summer time that does not say when has that of the United States.
    zone.or_else(|_| TimeZone::posix(&format!("{name},M3.2.0,M11.1.0"))).ok()
}

/// Nanoseconds since the epoch; what the calendar does not reach is cut.
pub(crate) fn at(nanoseconds: i64, zone: &TimeZone) -> Zoned {
    Timestamp::from_nanosecond(nanoseconds.into())
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
}

pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"")
}

/// The flags and the width of one conversion.
#[derive(Clone, Copy, Default)]
struct How {
    pad: Option<char>,
    upper: bool,
    swap: bool,
    width: Option<usize>,
}

impl How {
    fn number(self, value: i64, digits: usize, fill: char) -> String {
        let fill = self.pad.unwrap_or(fill);
        let width = match (fill, self.width) {
            ('-', _) => 0,
            (_, Some(width)) => width,
            (_, None) => digits,
        };
        match fill {
            ' ' => format!("{value:width$}"),
            _ => format!("{value:0width$}"),
        }
    }

    fn text(self, text: &str) -> String {
        let text = if self.upper { text.to_uppercase() } else { text.to_owned() };
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        let fill = if self.pad == Some('0') { "0" } else { " " };
        if self.pad == Some('-') {
            return text;
        }
        format!("{}{text}", fill.repeat(missing))
    }
}

/// Writes a time.
pub(crate) fn format(format: &str, time: &Zoned) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(percent) = rest.find('%') {
        text.push_str(&rest[..percent]);
        let start = &rest[percent..];
        rest = &rest[percent + 1..];
        let mut how = How::default();
        while let Some(flag) = rest.chars().next() {
            match flag {
                '_' => how.pad = Some(' '),
                '-' => how.pad = Some('-'),
                '0' | '+' => how.pad = Some('0'),
                '^' => how.upper = true,
                '#' => how.swap = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        // Nobody needs more, and memory is for other things.
        how.width = rest[..end].parse().ok().map(|width: usize| width.min(4096));
        rest = &rest[end..];
        rest = rest.strip_prefix(['E', 'O']).unwrap_or(rest);
        let colons = rest.len() - rest.trim_start_matches(':').len();
        let known = rest[colons..].chars().next().filter(|letter| colons == 0 || *letter == 'z');
        let shown = known.and_then(|letter| conversion(letter, colons, how, time));
        match (known, shown) {
            (Some(letter), Some(shown)) => {
                text.push_str(&shown);
                rest = &rest[colons + letter.len_utf8()..];
            }
            _ => {
                // What is no conversion stands for itself.
                let length = start.len() - rest.len();
                let next = rest.chars().next().map_or(0, char::len_utf8);
                text.push_str(&start[..length + next]);
                rest = &rest[next..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn conversion(letter: char, colons: usize, how: How, time: &Zoned) -> Option<String> {
    let year = i64::from(time.year());
    let hour = i64::from(time.hour());
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    let weekday = i64::from(time.weekday().to_sunday_zero_offset());
    let day_name = usize::try_from(weekday).ok().and_then(|day| DAYS.get(day)).unwrap_or(&"");
    let month = i64::from(time.month());
    let month_name = month_name(time.month());
    let day_of_year = i64::from(time.day_of_year());
    let noon = if hour < 12 { "AM" } else { "PM" };
    let text = |text: &str| {
        let how = How {
            upper: how.upper || how.swap,
            ..how
        };
        how.text(text)
    };
    let again = |inner: &str| how.text(&format(inner, time));
    Some(match letter {
        '%' => "%".to_owned(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'a' => text(&day_name[..3]),
        'A' => text(day_name),
        'b' | 'h' => text(&month_name[..3]),
        'B' => text(month_name),
        'c' => again("%a %b %e %H:%M:%S %Y"),
        'C' => how.number(year.div_euclid(100), 2, '0'),
        'd' => how.number(time.day().into(), 2, '0'),
        'D' | 'x' => again("%m/%d/%y"),
        'e' => how.number(time.day().into(), 2, ' '),
        'F' => again("%Y-%m-%d"),
        'g' => how.number(i64::from(time.date().iso_week_date().year()).rem_euclid(100), 2, '0'),
        'G' => how.number(time.date().iso_week_date().year().into(), 4, '0'),
        'H' => how.number(hour, 2, '0'),
        'I' => how.number(hour12, 2, '0'),
        'j' => how.number(day_of_year, 3, '0'),
        'k' => how.number(hour, 2, ' '),
        'l' => how.number(hour12, 2, ' '),
        'm' => how.number(month, 2, '0'),
        'M' => how.number(time.minute().into(), 2, '0'),
        'N' => {
            let digits = format!("{:09}", time.subsec_nanosecond());
            match (how.pad, how.width) {
                (Some('-'), None) => {
                    let short = digits.trim_end_matches('0');
                    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
                }
                (_, None) => digits,
                (_, Some(width)) if width <= 9 => digits[..width.max(1)].to_owned(),
                (_, Some(width)) => format!("{digits:0<width$}"),
            }
        }
        'p' if how.swap => how.text(&noon.to_lowercase()),
        'p' => how.text(noon),
        'P' => how.text(&noon.to_lowercase()),
        'q' => how.number((month - 1) / 3 + 1, 1, '0'),
        'r' => again("%I:%M:%S %p"),
        'R' => again("%H:%M"),
        's' => how.number(time.timestamp().as_second(), 1, '0'),
        'S' => how.number(time.second().into(), 2, '0'),
        'T' | 'X' => again("%H:%M:%S"),
        'u' => how.number(if weekday == 0 { 7 } else { weekday }, 1, '0'),
        'U' => how.number((day_of_year + 6 - weekday) / 7, 2, '0'),
        'V' => how.number(time.date().iso_week_date().week().into(), 2, '0'),
        'w' => how.number(weekday, 1, '0'),
        'W' => how.number((day_of_year + 6 - (weekday + 6) % 7) / 7, 2, '0'),
        'y' => how.number(year.rem_euclid(100), 2, '0'),
        'Y' => how.number(year, 4, '0'),
        'z' => offset(time.offset(), colons)?,
        'Z' => {
            let info = time.time_zone().to_offset_info(time.timestamp());
            let name = info.abbreviation().to_owned();
            if how.swap { how.text(&name.to_lowercase()) } else { how.text(&name) }
        }
        _ => return None,
    })
}

fn offset(offset: Offset, colons: usize) -> Option<String> {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(match colons {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        1 => format!("{sign}{hours:02}:{minutes:02}"),
        2 => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        3 if seconds != 0 => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        3 if minutes != 0 => format!("{sign}{hours:02}:{minutes:02}"),
        3 => format!("{sign}{hours:02}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_by_gnu() {
        // Sunday, 2024-02-04 03:05:09.123456789 UTC.
        let time = at(1_707_015_909_123_456_789, &TimeZone::UTC);
        for (given, text) in [
            ("%Y-%m-%d %H:%M:%S", "2024-02-04 03:05:09"),
            ("%a %b %e %T %Z %Y", "Sun Feb  4 03:05:09 UTC 2024"),
            ("%-d/%-m %_H %k", "4/2  3  3"),
            ("%3N %N %s", "123 123456789 1707015909"),
            ("%j %U %W %V %G %u", "035 05 05 05 2024 7"),
            ("%^a %#p %P %I", "SUN am am 03"),
            ("%z %:z", "+0000 +00:00"),
            ("%5Y|%Q|%%", "02024|%Q|%"),
            ("100%", "100%"),
        ] {
            assert_eq!(format(given, &time), text, "{given}");
        }
        let zone = zone_named("America/New_York").unwrap();
        let time = at(1_707_015_909_000_000_000, &zone);
        assert_eq!(format("%F %R %Z %z", &time), "2024-02-03 22:05 EST -0500");
    }
}
