"""Faults in what an example takes for an id, a time or a number (R8, R12, R73)."""

import re
import unicodedata

import admission
import directory
import messages
import names
import producer
import schema


def replace_segment(changed):
    for module in (names, producer, admission, directory):
        module.segment = changed


def underscores_are_encoded_everywhere():
    inner = names.segment
    replace_segment(lambda kind, id: inner("message" if kind in ("task", "workflow") else kind, id))


def ids_are_normalized():
    inner = names.segment
    replace_segment(lambda kind, id: inner(kind, unicodedata.normalize("NFC", id)))


def times_may_be_in_small_letters():
    names.TIME = re.compile(names.TIME.pattern, re.ASCII | re.IGNORECASE)


def fractions_may_have_ten_digits():
    names.TIME = re.compile(names.TIME.pattern.replace("{1,9}", "{1,12}"), re.ASCII)


def offsets_may_be_minus_nought():
    names.TIME = re.compile(names.TIME.pattern.replace(r"\+00", r"[+-]00"), re.ASCII)


def replace_moments(changed):
    inner = names.is_moment
    names.is_moment = lambda stamp: changed(inner, stamp)


def leap_seconds_are_times():
    replace_moments(lambda inner, stamp: inner(stamp.replace("60_", "59_")))


def hour_24_is_a_time():
    replace_moments(lambda inner, stamp: inner(stamp.replace("T24", "T23")))


def year_0_is_none():
    replace_moments(lambda inner, stamp: not stamp.startswith("0000") and inner(stamp))


def integers_may_be_of_any_size():
    schema.KINDS["an integer from 0"] = lambda value: schema.is_number(value) and value >= 0 and value % 1 == 0


def replace_range(chosen):
    inner = messages.out_of_range
    messages.out_of_range = lambda content: inner({name: content[name] for name in content if chosen(name)})


def range_is_judged_in_metadata_alone():
    replace_range(lambda name: name == "metadata")


def range_is_judged_in_known_fields_alone():
    replace_range(lambda name: name in schema.TYPES["task_assignment"])
