"""The pure core: calendar, periods, deadlines, chain, ladder, decide, wording. No I/O, no clock."""
