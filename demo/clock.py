# SPDX-License-Identifier: Apache-2.0
"""Days and times in words, without a locale. Times are seconds since 1970, UTC."""
import datetime

DAY = 86400
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EPOCH = datetime.date(1970, 1, 1)


def parse_day(text):
    """Days since 1970 of YYYY-MM-DD."""
    return (datetime.date.fromisoformat(text) - EPOCH).days


def yesterday():
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now.date() - EPOCH).days - 1


def day_text(day):
    return (EPOCH + datetime.timedelta(days=day)).isoformat()


def month_text(day):
    return day_text(day)[:7]


def weekday(day):
    """0 is Monday."""
    return (day + 3) % 7


def parts(seconds):
    day, rest = divmod(seconds, DAY)
    date = EPOCH + datetime.timedelta(days=day)
    return date, weekday(day), rest // 3600, rest // 60 % 60, rest % 60


def mail_date(seconds, zone=0):
    """RFC 5322; `zone` in whole hours."""
    date, wday, h, m, s = parts(seconds + zone * 3600)
    sign = "-" if zone < 0 else "+"
    return (f"{WEEKDAYS[wday]}, {date.day} {MONTHS[date.month - 1]} {date.year} "
            f"{h:02}:{m:02}:{s:02} {sign}{abs(zone):02}00")


def mbox_date(seconds):
    date, wday, h, m, s = parts(seconds)
    return (f"{WEEKDAYS[wday]} {MONTHS[date.month - 1]} {date.day:2} "
            f"{h:02}:{m:02}:{s:02} {date.year}")


def iso(seconds):
    date, _, h, m, s = parts(seconds)
    return f"{date.isoformat()}T{h:02}:{m:02}:{s:02}Z"
