-- A group of plays stands in one of the two indexes of days: not summed up yet, or to be deleted one day.
DROP INDEX playrelay.figure_traits_by_age;
CREATE INDEX figure_traits_by_age ON playrelay.figure_traits (day) WHERE summed;
