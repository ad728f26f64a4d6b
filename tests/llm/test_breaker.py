from interviewer.llm.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_and_closes_on_a_reply() -> None:
    clock = Clock()
    breaker = Breaker(2, 30.0, clock)
    breaker.failed()
    breaker.replied()
    breaker.failed()
    assert breaker.wait() == 0.0
    breaker.failed()
    assert breaker.wait() == 30.0
    clock.now = 29.0
    assert breaker.wait() == 1.0
    clock.now = 30.0
    assert breaker.wait() == 0.0
    breaker.replied()
    assert breaker.wait() == 0.0
    breaker.failed()
    assert breaker.wait() == 0.0


def test_half_open_lets_one_try_at_a_time() -> None:
    clock = Clock()
    breaker = Breaker(1, 30.0, clock)
    breaker.failed()
    clock.now = 31.0
    assert breaker.wait() == 0.0
    assert breaker.wait() == 30.0
    breaker.failed()
    assert breaker.wait() == 30.0
    clock.now = 70.0
    assert breaker.wait() == 0.0
    breaker.cancelled()
    assert breaker.wait() == 0.0
