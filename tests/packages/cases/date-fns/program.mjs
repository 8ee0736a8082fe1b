import {
  add, addBusinessDays, areIntervalsOverlapping, differenceInCalendarDays, differenceInMonths, eachWeekOfInterval,
  endOfMonth, format, formatDistance, formatDuration, formatISO, getISOWeek, intervalToDuration, isValid, isWeekend,
  lastDayOfMonth, parse, parseISO, setDay, startOfWeek, sub,
} from 'date-fns';
import { de, fr, ja } from 'date-fns/locale';

const date = new Date(2024, 1, 29, 13, 5, 7, 89);
console.log(format(date, "EEEE, do MMMM yyyy 'at' HH:mm:ss.SSS"));
console.log(format(date, 'PPPPpppp', { locale: de }));
console.log(format(date, 'PPP', { locale: fr }), '|', format(date, 'PPPP', { locale: ja }));
console.log(formatISO(add(date, { years: 1, months: 1, days: 1, hours: 12 })));
console.log(formatISO(sub(date, { months: 1, weeks: 2 }), { representation: 'date' }));
console.log(formatISO(endOfMonth(new Date(2023, 1, 3))), lastDayOfMonth(date).getDate());
console.log(differenceInMonths(new Date(2025, 0, 31), date), differenceInCalendarDays(new Date(2025, 0, 1), date));
console.log(getISOWeek(new Date(2021, 0, 3)), format(startOfWeek(date, { weekStartsOn: 1 }), 'yyyy-MM-dd'));
console.log(formatISO(addBusinessDays(date, 10)), isWeekend(setDay(date, 6)));
console.log(formatDistance(date, new Date(2024, 1, 29, 15), { addSuffix: true }), '|', formatDistance(date, new Date(2021, 0, 1), { locale: de }));
console.log(JSON.stringify(intervalToDuration({ start: date, end: new Date(2026, 4, 1) })));
console.log(formatDuration({ years: 2, minutes: 5, seconds: 1 }, { delimiter: ', ' }));

const parsed = parse('03/Feb/99 7 PM', 'dd/MMM/yy h a', new Date(2000, 0, 1));
console.log(formatISO(parsed), isValid(parse('31.02.2023', 'dd.MM.yyyy', date)), isValid(new Date(NaN)));
console.log(parseISO('2024-02-29T10:00:00+02:00').toISOString(), parseISO('2024-W09-4').toISOString());
console.log(eachWeekOfInterval({ start: date, end: new Date(2024, 2, 20) }).map((week) => format(week, 'dd.MM')).join(' '));
console.log(areIntervalsOverlapping({ start: 0, end: 10 }, { start: 10, end: 20 }), areIntervalsOverlapping({ start: 0, end: 10 }, { start: 10, end: 20 }, { inclusive: true }));
try {
  format(new Date(NaN), 'yyyy');
} catch (error) {
  console.log(error.name, error.message);
}
