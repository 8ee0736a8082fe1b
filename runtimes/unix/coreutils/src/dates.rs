//! Dates as people write them: what `date -d` and `touch -d` understand.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned};

use crate::times;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Digits, with what sign stood before them.
    Number { sign: Option<char>, digits: String, glued: bool },
    Word(String),
    Mark(char),
}

#[derive(Default)]
struct Found {
    date: Option<(Option<i16>, i8, i8)>,
    time: Option<Time>,
    zone: Option<Offset>,
    /// A day of the week, and how many weeks on.
    weekday: Option<(Weekday, i64)>,
    months: i64,
    days: i64,
    seconds: SignedDuration,
}

/// Reads a date; none if it means nothing.
pub(crate) fn parse(text: &str, now: &Zoned) -> Option<Zoned> {
    let text = text.trim();
    if text.is_empty() {
        return now.date().to_zoned(now.time_zone().clone()).ok();
    }
    if let Some(rest) = text.strip_prefix("TZ=\"") {
        let (name, rest) = rest.split_once('"')?;
        let zone = times::zone_named(name)?;
        let read = parse(rest, &now.with_time_zone(zone))?;
        return Some(read.with_time_zone(now.time_zone().clone()));
    }
    if let Some(seconds) = text.strip_prefix('@') {
        return Some(since_epoch(seconds)?.to_zoned(now.time_zone().clone()));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        found: Found::default(),
        zone_may_follow: false,
    };
    while parser.at < tokens.len() {
        let had_time = parser.found.time.is_some();
        parser.item()?;
        parser.zone_may_follow = !had_time && parser.found.time.is_some();
    }
    parser.found.resolve(now)
}

fn since_epoch(text: &str) -> Option<Timestamp> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = unsigned.split_once(['.', ',']).unwrap_or((unsigned, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i128 = whole.parse().ok()?;
    let nanos: i128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let all = seconds * 1_000_000_000 + nanos;
    Timestamp::from_nanosecond(if negative { -all } else { all }).ok()
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut space = true;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            space = true;
            rest = &rest[c.len_utf8()..];
            continue;
        }
        if c == '(' {
            rest = &rest[rest.find(')')? + 1..];
            continue;
        }
        let signed = matches!(c, '+' | '-');
        let after_sign = if signed { rest[1..].trim_start() } else { rest };
        if after_sign.starts_with(|c: char| c.is_ascii_digit()) {
            let end = after_sign.find(|c: char| !c.is_ascii_digit()).unwrap_or(after_sign.len());
            let (digits, tail) = after_sign.split_at(end);
            tokens.push(Token::Number {
                sign: signed.then_some(c),
                digits: digits.to_owned(),
                glued: !space,
            });
            rest = tail;
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(end);
            tokens.push(Token::Word(word.to_ascii_lowercase()));
            // `Jan.` and `a.m.` have dots that say nothing.
            rest = tail.strip_prefix('.').unwrap_or(tail);
        } else if c == ',' {
            // Between the parts of a date; in a time it is found as a mark.
            let fraction = matches!(tokens.last(), Some(Token::Number { .. }))
                && rest[1..].starts_with(|c: char| c.is_ascii_digit());
            if fraction {
                tokens.push(Token::Mark(','));
            }
            rest = &rest[1..];
        } else if matches!(c, ':' | '/' | '.' | '-' | '+') {
            tokens.push(Token::Mark(c));
            rest = &rest[1..];
        } else {
            return None;
        }
        space = false;
    }
    Some(tokens)
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month(word: &str) -> Option<i8> {
    let word = if word == "sept" { "sep" } else { word };
    let at = MONTHS.iter().position(|name| *name == word || word.len() == 3 && name.starts_with(word))?;
    i8::try_from(at + 1).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    let days = [
        ("sunday", Weekday::Sunday),
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
    ];
    let short = matches!(word, "tues" | "wednes" | "thur" | "thurs") || word.len() == 3;
    let found = days.iter().find(|(name, _)| *name == word || short && name.starts_with(word))?;
    Some(found.1)
}

fn zone(word: &str) -> Option<i32> {
    Some(match word {
        "utc" | "gmt" | "ut" | "z" | "wet" => 0,
        "bst" | "cet" | "met" | "west" => 3600,
        "cest" | "mest" | "eet" => 7200,
        "eest" | "msk" => 3 * 3600,
        "jst" => 9 * 3600,
        "ist" => 5 * 3600 + 1800,
        "est" | "cdt" => -5 * 3600,
        "edt" => -4 * 3600,
        "cst" | "mdt" => -6 * 3600,
        "mst" | "pdt" => -7 * 3600,
        "pst" => -8 * 3600,
        _ => return None,
    })
}

/// Words for numbers: "next" is one on, "last" one back.
fn ordinal(word: &str) -> Option<i64> {
    Some(match word {
        "last" => -1,
        "this" => 0,
        "next" | "first" => 1,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        "eleventh" => 11,
        "twelfth" => 12,
        _ => return None,
    })
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    found: Found,
    /// The last item was a time.
    zone_may_follow: bool,
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.peek(ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is_mark(&self, ahead: usize, mark: char) -> bool {
        self.peek(ahead) == Some(&Token::Mark(mark))
    }

    /// The digits of a number with this sign.
    fn digits(&self, ahead: usize, wanted: Option<char>) -> Option<&str> {
        match self.peek(ahead) {
            Some(Token::Number { sign, digits, .. }) if *sign == wanted => Some(digits),
            _ => None,
        }
    }

    fn item(&mut self) -> Option<()> {
        if let Some(word) = self.word(0) {
            let word = word.to_owned();
            return self.word_item(&word);
        }
        if self.digits(0, None).is_some() {
            return self.number_item();
        }
        let Some(Token::Number { sign: Some(sign), digits, .. }) = self.peek(0).cloned() else {
            return None;
        };
        // At once behind a time it is a zone, whatever follows; else something relative.
        if self.zone_may_follow && self.found.zone.is_none() {
            return self.zone_number(sign, &digits);
        }
        let number: i64 = digits.parse().ok()?;
        self.at += 1;
        self.relative(if sign == '-' { -number } else { number })
    }

    fn zone_number(&mut self, sign: char, digits: &str) -> Option<()> {
        self.at += 1;
        let (hours, minutes) = if self.is_mark(0, ':') {
            let minutes: i32 = self.digits(1, None)?.parse().ok()?;
            self.at += 2;
            (digits.parse::<i32>().ok()?, minutes)
        } else {
            let value: i32 = digits.parse().ok()?;
            if digits.len() <= 2 { (value, 0) } else { (value / 100, value % 100) }
        };
        let seconds = hours * 3600 + minutes * 60;
        let base = self.found.zone.map_or(0, Offset::seconds);
        let seconds = if sign == '-' { base - seconds } else { base + seconds };
        self.found.zone = Some(Offset::from_seconds(seconds).ok()?);
        Some(())
    }

    fn word_item(&mut self, word: &str) -> Option<()> {
        self.at += 1;
        let found = &mut self.found;
        match word {
            "now" | "today" => return Some(()),
            "yesterday" => found.days -= 1,
            "tomorrow" => found.days += 1,
            "t" if found.date.is_some() => {}
            "and" | "at" | "on" => return None,
            _ => {
                if let Some(month) = month(word) {
                    return self.after_month(month);
                }
                if let Some(day) = weekday(word) {
                    self.found.weekday = Some((day, 0));
                    return Some(());
                }
                if let Some(number) = ordinal(word) {
                    return self.relative(number);
                }
                if unit(word).is_some() {
                    self.at -= 1;
                    return self.relative(1);
                }
                let seconds = zone(word)?;
                self.found.zone = Some(Offset::from_seconds(seconds).ok()?);
                if let Some(Token::Number { sign: Some(sign), digits, .. }) = self.peek(0).cloned()
                    && self.word(1).is_none_or(|word| unit(word).is_none())
                {
                    return self.zone_number(sign, &digits);
                }
                if self.word(0) == Some("dst") {
                    self.at += 1;
                    self.found.zone = Some(Offset::from_seconds(seconds + 3600).ok()?);
                }
            }
        }
        Some(())
    }

    /// `Jan 2`, `Jan 2 2024`.
    fn after_month(&mut self, month: i8) -> Option<()> {
        let Some(digits) = self.digits(0, None).map(str::to_owned) else {
            if let Some(digits) = self.digits(0, Some('-')).map(str::to_owned) {
                // `Jan-2-2024`.
                self.at += 1;
                let day = digits.parse().ok()?;
                let year = self.digits(0, Some('-')).and_then(|digits| digits.parse().ok());
                self.at += usize::from(year.is_some());
                self.found.date = Some((year, month, day));
                return Some(());
            }
            return None;
        };
        if self.is_mark(1, ':') || digits.len() > 2 {
            return None;
        }
        self.at += 1;
        let day = digits.parse().ok()?;
        let year = self.year_ahead();
        self.found.date = Some((year, month, day));
        Some(())
    }

    /// A year of four digits that is not the beginning of a time.
    fn year_ahead(&mut self) -> Option<i16> {
        let digits = self.digits(0, None)?;
        if digits.len() != 4 || self.is_mark(1, ':') {
            return None;
        }
        let year = digits.parse().ok()?;
        self.at += 1;
        Some(year)
    }

    fn number_item(&mut self) -> Option<()> {
        let digits = self.digits(0, None)?.to_owned();
        if self.is_mark(1, ':') {
            return self.time(&digits);
        }
        if let Some(word @ ("am" | "pm" | "a" | "p")) = self.word(1) {
            let afternoon = word.starts_with('p');
            self.at += 2;
            if self.word(0) == Some("m") {
                self.at += 1;
            }
            let hour = twelve(digits.parse().ok()?, afternoon)?;
            self.found.time = Some(Time::new(hour, 0, 0, 0).ok()?);
            return Some(());
        }
        if self.is_mark(1, '/') {
            let second = self.digits(2, None)?.to_owned();
            self.at += 3;
            let third = if self.is_mark(0, '/') { self.digits(1, None).map(str::to_owned) } else { None };
            self.at += if third.is_some() { 2 } else { 0 };
            self.found.date = Some(match third {
                Some(day) if digits.len() == 4 => (digits.parse().ok(), second.parse().ok()?, day.parse().ok()?),
                Some(year) => (Some(full_year(&year)?), digits.parse().ok()?, second.parse().ok()?),
                None => (None, digits.parse().ok()?, second.parse().ok()?),
            });
            return Some(());
        }
        // `2024-01-02`: the parts look like negative numbers.
        if let (Some(second), Some(third)) = (self.digits(1, Some('-')), self.digits(2, Some('-')))
            && self.found.date.is_none()
        {
            let date = (Some(full_year(&digits)?), second.parse().ok()?, third.parse().ok()?);
            self.found.date = Some(date);
            self.at += 3;
            return Some(());
        }
        // `2-Jan-2024`.
        if self.is_mark(1, '-')
            && let Some(month) = self.word(2).and_then(month)
        {
            let year = self.digits(3, Some('-')).map(full_year);
            self.at += if year.is_some() { 4 } else { 3 };
            self.found.date = Some((year.flatten(), month, digits.parse().ok()?));
            return Some(());
        }
        if let Some(month) = self.word(1).and_then(month)
            && digits.len() <= 2
        {
            self.at += 2;
            let year = self.year_ahead();
            self.found.date = Some((year, month, digits.parse().ok()?));
            return Some(());
        }
        if let Some(word) = self.word(1)
            && (unit(word).is_some() || weekday(word).is_some())
        {
            self.at += 1;
            return self.relative(digits.parse().ok()?);
        }
        self.at += 1;
        let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i8>().ok();
        match digits.len() {
            8 | 12 | 14 if self.found.date.is_none() => {
                self.found.date = Some((digits.get(..4)?.parse().ok(), part(4, 6)?, part(6, 8)?));
                if digits.len() > 8 {
                    let second = if digits.len() == 14 { part(12, 14)? } else { 0 };
                    self.found.time = Some(Time::new(part(8, 10)?, part(10, 12)?, second, 0).ok()?);
                }
            }
            6 if self.found.date.is_none() => {
                self.found.date = Some((Some(full_year(&digits[..2])?), part(2, 4)?, part(4, 6)?));
            }
            4 if self.found.date.is_some_and(|(year, ..)| year.is_none()) && self.found.time.is_some() => {
                let year = digits.parse().ok();
                self.found.date = self.found.date.map(|(_, month, day)| (year, month, day));
            }
            4 if self.found.time.is_none() => {
                self.found.time = Some(Time::new(part(0, 2)?, part(2, 4)?, 0, 0).ok()?);
            }
            6 if self.found.time.is_none() => {
                self.found.time = Some(Time::new(part(0, 2)?, part(2, 4)?, part(4, 6)?, 0).ok()?);
            }
            1 | 2 if self.found.time.is_none() => {
                self.found.time = Some(Time::new(digits.parse().ok()?, 0, 0, 0).ok()?);
            }
            _ => return None,
        }
        Some(())
    }

    fn time(&mut self, hours: &str) -> Option<()> {
        if self.found.time.is_some() {
            return None;
        }
        let minutes: i8 = self.digits(2, None)?.parse().ok()?;
        self.at += 3;
        let mut seconds: i8 = 0;
        let mut nanos: i32 = 0;
        if self.is_mark(0, ':') {
            seconds = self.digits(1, None)?.parse().ok()?;
            self.at += 2;
            if self.is_mark(0, '.') || self.is_mark(0, ',') {
                let digits = self.digits(1, None)?;
                nanos = format!("{digits:0<9}").get(..9)?.parse().ok()?;
                self.at += 2;
            }
        }
        let mut hour: i8 = hours.parse().ok()?;
        if let Some(word @ ("am" | "pm" | "a" | "p")) = self.word(0) {
            let afternoon = word.starts_with('p');
            self.at += 1;
            if self.word(0) == Some("m") {
                self.at += 1;
            }
            hour = twelve(hour, afternoon)?;
        }
        // A leap second is the second after.
        if seconds == 60 {
            seconds = 59;
            self.found.seconds += SignedDuration::from_secs(1);
        }
        self.found.time = Some(Time::new(hour, minutes, seconds, nanos).ok()?);
        Some(())
    }

    /// A number of units, or of weekdays, from the current word on.
    fn relative(&mut self, number: i64) -> Option<()> {
        let word = self.word(0)?.to_owned();
        self.at += 1;
        if let Some(day) = weekday(&word) {
            self.found.weekday = Some((day, number));
            return Some(());
        }
        let (kind, factor) = unit(&word)?;
        let mut amount = number.checked_mul(factor)?;
        if self.word(0) == Some("ago") {
            self.at += 1;
            amount = -amount;
        }
        match kind {
            Kind::Months => self.found.months = self.found.months.checked_add(amount)?,
            Kind::Days => self.found.days = self.found.days.checked_add(amount)?,
            Kind::Seconds => {
                self.found.seconds = self.found.seconds.checked_add(SignedDuration::from_secs(amount))?;
            }
        }
        Some(())
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Months,
    Days,
    Seconds,
}

fn unit(word: &str) -> Option<(Kind, i64)> {
    let single = if word.len() > 3 { word.strip_suffix('s').unwrap_or(word) } else { word };
    Some(match single {
        "year" => (Kind::Months, 12),
        "month" => (Kind::Months, 1),
        "fortnight" => (Kind::Days, 14),
        "week" => (Kind::Days, 7),
        "day" => (Kind::Days, 1),
        "hour" => (Kind::Seconds, 3600),
        "minute" | "min" => (Kind::Seconds, 60),
        "second" | "sec" => (Kind::Seconds, 1),
        _ => return None,
    })
}

fn twelve(hour: i8, afternoon: bool) -> Option<i8> {
    if !(1..=12).contains(&hour) {
        return None;
    }
    Some(hour % 12 + if afternoon { 12 } else { 0 })
}

fn full_year(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    Some(match (digits.len(), year) {
        (1 | 2, 0..=68) => year + 2000,
        (1 | 2, _) => year + 1900,
        _ => year,
    })
}

impl Found {
    fn resolve(self, now: &Zoned) -> Option<Zoned> {
        let zone = match self.zone {
            Some(offset) => TimeZone::fixed(offset),
            None => now.time_zone().clone(),
        };
        let local = now.time_zone().clone();
        let now = now.with_time_zone(zone.clone());
        let mut date = match self.date {
            Some((year, month, day)) => Date::new(year.unwrap_or(now.year()), month, day).ok()?,
            None => now.date(),
        };
        let time = match self.time {
            Some(time) => time,
            None if self.date.is_some() || self.weekday.is_some() => Time::midnight(),
            None => now.time(),
        };
        if self.months != 0 {
            // As in C: the 31st of a month that has 30 days is the 1st of the next one.
            let all = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + self.months;
            let year = i16::try_from(all.div_euclid(12)).ok()?;
            let month = i8::try_from(all.rem_euclid(12) + 1).ok()?;
            let first = Date::new(year, month, 1).ok()?;
            date = first.checked_add(Span::new().try_days(i64::from(date.day()) - 1).ok()?).ok()?;
        }
        date = date.checked_add(Span::new().try_days(self.days).ok()?).ok()?;
        // Beside a date, a day of the week says nothing.
        if let Some((weekday, number)) = self.weekday
            && self.date.is_none()
        {
            let ahead = i64::from(date.weekday().until(weekday));
            // "next Monday" on a Monday is that of the next week; "last" goes back.
            let weeks = if number > 0 && ahead != 0 { number - 1 } else { number };
            date = date.checked_add((ahead + 7 * weeks).days()).ok()?;
        }
        let there = DateTime::from_parts(date, time).to_zoned(zone).ok()?;
        let there = there.timestamp().checked_add(self.seconds).ok()?;
        Some(there.to_zoned(local))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_by_gnu() {
        // Wednesday.
        let now = "2024-05-15T10:20:30[UTC]".parse::<Zoned>().unwrap();
        for (text, expected) in [
            ("", "2024-05-15 00:00:00"),
            ("now", "2024-05-15 10:20:30"),
            ("@0", "1970-01-01 00:00:00"),
            ("@1.5", "1970-01-01 00:00:01"),
            ("2024-01-02", "2024-01-02 00:00:00"),
            ("2024-01-02 03:04", "2024-01-02 03:04:00"),
            ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05"),
            ("2024-01-02 03:04:05.123456", "2024-01-02 03:04:05"),
            ("2024-01-02T03:04:05+02:00", "2024-01-02 01:04:05"),
            ("20240102", "2024-01-02 00:00:00"),
            ("20240102 0304", "2024-01-02 03:04:00"),
            ("Jan 2 2024", "2024-01-02 00:00:00"),
            ("2 January 2024 5pm", "2024-01-02 17:00:00"),
            ("Tue, 02 Jan 2024 03:04:05 +0000", "2024-01-02 03:04:05"),
            ("Tue Jan  2 03:04:05 UTC 2024", "2024-01-02 03:04:05"),
            ("1/2/2024", "2024-01-02 00:00:00"),
            ("2-Jan-2024", "2024-01-02 00:00:00"),
            ("yesterday", "2024-05-14 10:20:30"),
            ("tomorrow", "2024-05-16 10:20:30"),
            ("3 days ago", "2024-05-12 10:20:30"),
            ("+1 week", "2024-05-22 10:20:30"),
            ("-2 hours", "2024-05-15 08:20:30"),
            ("2024-01-31 +1 month", "2024-03-02 00:00:00"),
            ("next month", "2024-06-15 10:20:30"),
            ("last year", "2023-05-15 10:20:30"),
            ("friday", "2024-05-17 00:00:00"),
            ("next wednesday", "2024-05-22 00:00:00"),
            ("last monday", "2024-05-13 00:00:00"),
            ("10:30pm", "2024-05-15 22:30:00"),
            ("12am", "2024-05-15 00:00:00"),
            ("2024-01-02 + 1 day", "2024-01-03 00:00:00"),
            ("2024-01-02 12:00 EST", "2024-01-02 17:00:00"),
        ] {
            let found = parse(text, &now).map(|time| {
                let time = time.with_time_zone(TimeZone::UTC);
                times::format("%Y-%m-%d %H:%M:%S", &time)
            });
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        for text in ["noon", "Jan 2024", "24:00", "foo", "2024-13-01", "25:00", "10 foo", "@x"] {
            assert!(parse(text, &now).is_none(), "{text}");
        }
    }
}
