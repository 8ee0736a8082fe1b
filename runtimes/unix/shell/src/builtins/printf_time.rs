//! `strftime`, for `printf '%(…)T'`; in UTC, as there are no other zones in a sandbox.

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

struct Date {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    yearday: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

fn date(seconds: i64) -> Date {
    let days = seconds.div_euclid(86_400);
    let rest = seconds.rem_euclid(86_400);
    // Howard Hinnant's civil_from_days: years begin in March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let month = usize::try_from(month).unwrap_or(1).clamp(1, 12);
    Date {
        year,
        month,
        day,
        weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
        yearday: before[month - 1] + day + i64::from(leap && month > 2),
        hour: rest / 3_600,
        minute: rest / 60 % 60,
        second: rest % 60,
    }
}

/// ISO 8601's year and week.
fn iso_week(date: &Date) -> (i64, i64) {
    let weekday = i64::try_from((date.weekday + 6) % 7).unwrap_or(0);
    let week = (date.yearday - 1 - weekday + 10) / 7;
    let weeks = |year: i64| {
        let p = |year: i64| {
            (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7)
        };
        if p(year) == 4 || p(year - 1) == 3 {
            53
        } else {
            52
        }
    };
    if week < 1 {
        (date.year - 1, weeks(date.year - 1))
    } else if week > weeks(date.year) {
        (date.year + 1, 1)
    } else {
        (date.year, week)
    }
}

pub fn format(pattern: &str, seconds: i64) -> String {
    let date = date(seconds);
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut pad = true;
        let mut kind = chars.next();
        while matches!(kind, Some('-' | '_' | '0' | 'E' | 'O')) {
            pad &= kind != Some('-');
            kind = chars.next();
        }
        let two = |value: i64| {
            if pad {
                format!("{value:02}")
            } else {
                value.to_string()
            }
        };
        let twelve = (date.hour + 11) % 12 + 1;
        match kind {
            Some('Y') => out.push_str(&date.year.to_string()),
            Some('C') => out.push_str(&two(date.year / 100)),
            Some('y') => out.push_str(&two(date.year.rem_euclid(100))),
            Some('m') => out.push_str(&two(i64::try_from(date.month).unwrap_or(1))),
            Some('d') => out.push_str(&two(date.day)),
            Some('e') => out.push_str(&format!("{:2}", date.day)),
            Some('H') => out.push_str(&two(date.hour)),
            Some('I') => out.push_str(&two(twelve)),
            Some('k') => out.push_str(&format!("{:2}", date.hour)),
            Some('l') => out.push_str(&format!("{twelve:2}")),
            Some('M') => out.push_str(&two(date.minute)),
            Some('S') => out.push_str(&two(date.second)),
            Some('j') => out.push_str(&if pad {
                format!("{:03}", date.yearday)
            } else {
                date.yearday.to_string()
            }),
            Some('p') => out.push_str(if date.hour < 12 { "AM" } else { "PM" }),
            Some('P') => out.push_str(if date.hour < 12 { "am" } else { "pm" }),
            Some('A') => out.push_str(DAYS[date.weekday]),
            Some('a') => out.push_str(&DAYS[date.weekday][..3]),
            Some('B') => out.push_str(MONTHS[date.month - 1]),
            Some('b' | 'h') => out.push_str(&MONTHS[date.month - 1][..3]),
            Some('u') => {
                out.push_str(&(if date.weekday == 0 { 7 } else { date.weekday }).to_string())
            }
            Some('w') => out.push_str(&date.weekday.to_string()),
            Some('s') => out.push_str(&seconds.to_string()),
            Some('Z') => out.push_str("UTC"),
            Some('z') => out.push_str("+0000"),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('F') => out.push_str(&format("%Y-%m-%d", seconds)),
            Some('T' | 'X') => out.push_str(&format("%H:%M:%S", seconds)),
            Some('R') => out.push_str(&format("%H:%M", seconds)),
            Some('r') => out.push_str(&format("%I:%M:%S %p", seconds)),
            Some('D' | 'x') => out.push_str(&format("%m/%d/%y", seconds)),
            Some('c') => out.push_str(&format("%a %b %e %H:%M:%S %Y", seconds)),
            Some('G') => out.push_str(&iso_week(&date).0.to_string()),
            Some('g') => out.push_str(&two(iso_week(&date).0.rem_euclid(100))),
            Some('V') => out.push_str(&two(iso_week(&date).1)),
            Some('U') => {
                let weekday = i64::try_from(date.weekday).unwrap_or(0);
                out.push_str(&two((date.yearday + 6 - weekday) / 7));
            }
            Some('W') => {
                let weekday = i64::try_from((date.weekday + 6) % 7).unwrap_or(0);
                out.push_str(&two((date.yearday + 6 - weekday) / 7));
            }
            Some('%') => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
            None => out.push('%'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn dates() {
        assert_eq!(format("%F %T %a %j", 0), "1970-01-01 00:00:00 Thu 001");
        assert_eq!(
            format("%F %T %A %j %G-W%V", 1_709_210_096),
            "2024-02-29 12:34:56 Thursday 060 2024-W09"
        );
        assert_eq!(format("%F", -86_400), "1969-12-31");
    }
}
