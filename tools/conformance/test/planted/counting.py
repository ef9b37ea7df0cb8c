"""Faults in what an example counts, keeps in a name, remembers and waits for (R4, R43, R46, R47, R52)."""

import admission
import dead_letters
import leases
from leases import Lease
from names import Header, fresh


def replace_giving_back(**lost):
    inner = Lease.give_back
    Lease.give_back = lambda self, delay_ms=0, **changes: inner(self, delay_ms, **lost, **changes)


def run_is_lost_on_the_way_back():
    replace_giving_back(run=0)


def priority_is_lost_on_the_way_back():
    replace_giving_back(priority=1)


def nonce_is_kept():
    inner = Header.renamed
    Header.renamed = lambda self, **changes: inner(self, **changes)._replace(nonce=self.nonce or fresh(6))


def deliveries_are_five_for_everybody():
    import inspect  # Which takes long to load, and only this needs.

    source = inspect.getsource(admission.examine)
    changed = source.replace("max(5, retries(message) + 1)", "5")
    assert changed != source
    exec(changed, admission.__dict__)


def retries_have_no_end():
    admission.MOST_RETRIES = 10**9


def a_status_has_forty_retries():
    admission.COMMON_RETRIES = 40


def history_is_newest_first():
    inner = dead_letters.history
    dead_letters.history = lambda box, message: inner(box, message)[::-1]


def backoff_is_a_step_ahead():
    inner = leases.backoff
    leases.backoff = lambda policy, failures: inner(policy, failures + 1)


def backoff_of_a_status_is_a_minute():
    leases.COMMON.update(backoff_seconds=100, max_backoff_seconds=3000)


def backoff_is_not_random():
    leases.random.uniform = lambda least, most: most
