//! Dates and times of UTC, which is the only time zone that a sandbox knows.

use std::time::{SystemTime, UNIX_EPOCH};

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

/// Nanoseconds since the epoch, now.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_nanos()).unwrap_or(i64::MAX))
}

/// A moment, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// From Sunday, 0.
    pub(crate) weekday: i64,
    /// From 0.
    pub(crate) yearday: i64,
}

impl Date {
    /// From seconds since the epoch. (The algorithm is Howard Hinnant's `civil_from_days`.)
    pub(crate) fn of(seconds: i64) -> Self {
        let days = seconds.div_euclid(86_400);
        let rest = seconds.rem_euclid(86_400);
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        let day = doy - (153 * mp + 2) / 5 + 1;
        Self {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 4).rem_euclid(7),
            yearday: days - days_from(year, 1, 1),
        }
    }

    fn name<'n>(names: &[&'n str], index: i64) -> &'n str {
        let index = usize::try_from(index).unwrap_or(0);
        names.get(index).copied().unwrap_or("?")
    }

    pub(crate) fn weekday_name(&self) -> &'static str {
        Self::name(&DAYS, self.weekday)
    }

    pub(crate) fn month_name(&self) -> &'static str {
        Self::name(&MONTHS, self.month - 1)
    }
}

/// Days since the epoch of a date.
pub(crate) fn days_from(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// Seconds since the epoch of a date, whose parts may be beyond their ranges.
pub(crate) fn seconds_from(date: [i64; 6]) -> i64 {
    let [year, month, day, hour, minute, second] = date;
    let year_of = year + (month - 1).div_euclid(12);
    let month_of = (month - 1).rem_euclid(12) + 1;
    (days_from(year_of, month_of, 1) + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
}

/// `strftime`.
pub(crate) fn format(format: &str, seconds: i64) -> String {
    let date = Date::of(seconds);
    let mut out = String::new();
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut flag = None;
        while let Some(next @ ('-' | '_' | '0' | '^' | '#')) = characters.peek().copied() {
            flag = Some(next);
            characters.next();
        }
        if let Some('E' | 'O') = characters.peek() {
            characters.next();
        }
        let Some(letter) = characters.next() else {
            out.push('%');
            break;
        };
        let piece = field(letter, &date, seconds, flag);
        out.push_str(&if flag == Some('^') {
            piece.to_uppercase()
        } else {
            piece
        });
    }
    out
}

fn field(letter: char, date: &Date, seconds: i64, flag: Option<char>) -> String {
    let padded = |value: i64, width: usize, pad: char| match flag.unwrap_or(pad) {
        '-' => value.to_string(),
        '_' => format!("{value:>width$}"),
        _ if pad == '_' && flag.is_none() => format!("{value:>width$}"),
        _ => format!("{value:0>width$}"),
    };
    let hour12 = (date.hour + 11) % 12 + 1;
    let (iso_year, iso_week) = iso_week(date);
    let again = |inner| format(inner, seconds);
    match letter {
        'Y' => date.year.to_string(),
        'C' => padded(date.year.div_euclid(100), 2, '0'),
        'y' => padded(date.year.rem_euclid(100), 2, '0'),
        'm' => padded(date.month, 2, '0'),
        'd' => padded(date.day, 2, '0'),
        'e' => padded(date.day, 2, '_'),
        'H' => padded(date.hour, 2, '0'),
        'k' => padded(date.hour, 2, '_'),
        'I' => padded(hour12, 2, '0'),
        'l' => padded(hour12, 2, '_'),
        'M' => padded(date.minute, 2, '0'),
        'S' => padded(date.second, 2, '0'),
        'j' => padded(date.yearday + 1, 3, '0'),
        'u' => ((date.weekday + 6) % 7 + 1).to_string(),
        'w' => date.weekday.to_string(),
        'a' => date.weekday_name()[..3].to_owned(),
        'A' => date.weekday_name().to_owned(),
        'b' | 'h' => date.month_name()[..3].to_owned(),
        'B' => date.month_name().to_owned(),
        'p' => if date.hour < 12 { "AM" } else { "PM" }.to_owned(),
        'P' => if date.hour < 12 { "am" } else { "pm" }.to_owned(),
        's' => seconds.to_string(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'z' => "+0000".to_owned(),
        'Z' => "UTC".to_owned(),
        'G' => iso_year.to_string(),
        'g' => padded(iso_year.rem_euclid(100), 2, '0'),
        'V' => padded(iso_week, 2, '0'),
        'U' => padded((date.yearday + 7 - date.weekday) / 7, 2, '0'),
        'W' => padded((date.yearday + 7 - (date.weekday + 6) % 7) / 7, 2, '0'),
        'D' | 'x' => again("%m/%d/%y"),
        'F' => again("%Y-%m-%d"),
        'T' | 'X' => again("%H:%M:%S"),
        'R' => again("%H:%M"),
        'r' => again("%I:%M:%S %p"),
        'c' => again("%a %b %e %H:%M:%S %Y"),
        '%' => "%".to_owned(),
        other => format!("%{other}"),
    }
}

/// Year and week of ISO 8601: weeks begin on Monday, the first has the first Thursday.
fn iso_week(date: &Date) -> (i64, i64) {
    let weekday = (date.weekday + 6) % 7;
    let thursday = date.yearday - weekday + 3;
    let length = |year| days_from(year + 1, 1, 1) - days_from(year, 1, 1);
    if thursday < 0 {
        return (date.year - 1, (thursday + length(date.year - 1)) / 7 + 1);
    }
    if thursday >= length(date.year) {
        return (date.year + 1, 1);
    }
    (date.year, thursday / 7 + 1)
}

/// A date as people write it on a command line: ISO 8601, `@seconds`, `now`, `yesterday`, `2 days
/// ago`. Seconds since the epoch.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse::<f64>().ok().map(|it| it.floor() as i64);
    }
    let now = now() / 1_000_000_000;
    match text {
        "now" | "today" => return Some(now),
        "yesterday" => return Some(now - 86_400),
        "tomorrow" => return Some(now + 86_400),
        _ => {}
    }
    if let Some(ago) = text.strip_suffix("ago") {
        return relative(ago).map(|it| now - it);
    }
    absolute(text).or_else(|| relative(text).map(|it| now + it))
}

fn relative(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let (count, unit) = match first.trim_start_matches('+').parse::<i64>() {
        Ok(count) => (count, words.next()?),
        Err(_) => (1, first),
    };
    if words.next().is_some() {
        return None;
    }
    let seconds = match unit.trim_end_matches('s') {
        "sec" | "second" => 1,
        "min" | "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        "month" => 30 * 86_400,
        "year" => 365 * 86_400,
        _ => return None,
    };
    count.checked_mul(seconds)
}

fn absolute(text: &str) -> Option<i64> {
    let (text, zone) = match text.strip_suffix('Z').or_else(|| text.strip_suffix(" UTC")) {
        Some(text) => (text, 0),
        None => offset(text),
    };
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, time.trim()),
        None => (text, "0:0"),
    };
    let mut day = day.split('-').map(str::parse::<i64>);
    let (year, month, date) = (day.next()?.ok()?, day.next()?.ok()?, day.next()?.ok()?);
    if day.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&date) {
        return None;
    }
    let time = time.split('.').next()?;
    let mut time = time.split(':').map(str::parse::<i64>);
    let (hour, minute) = (time.next()?.ok()?, time.next()?.ok()?);
    let second = time.next().unwrap_or(Ok(0)).ok()?;
    Some(seconds_from([year, month, date, hour, minute, second]) - zone)
}

/// Takes `+01:00` off the end.
fn offset(text: &str) -> (&str, i64) {
    let Some(at) = text.rfind(['+', '-']).filter(|it| *it > 10) else {
        return (text, 0);
    };
    let digits = text[at + 1..].replace(':', "");
    let Ok(number) = digits.parse::<i64>() else {
        return (text, 0);
    };
    let seconds = if digits.len() <= 2 {
        number * 3600
    } else {
        number / 100 * 3600 + number % 100 * 60
    };
    let sign = if text[at..].starts_with('-') { -1 } else { 1 };
    (text[..at].trim_end(), sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(
            format("%F %T %a %j %V", 0),
            "1970-01-01 00:00:00 Thu 001 01"
        );
        assert_eq!(format("%F %T", 1_700_000_000), "2023-11-14 22:13:20");
        assert_eq!(parse("2023-11-14 22:13:20"), Some(1_700_000_000));
        assert_eq!(parse("2023-11-14T23:13:20+01:00"), Some(1_700_000_000));
        assert_eq!(parse("@12"), Some(12));
        assert_eq!(parse("nonsense"), None);
        assert_eq!(format("%G-%V", 1_609_459_200), "2020-53");
        assert_eq!(format("%-d %e", 0), "1  1");
    }
}
