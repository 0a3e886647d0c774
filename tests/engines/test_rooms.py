"""Rooms for calls of compiled code: nobody has one that another is in."""

from syn0.engines.rooms import Room, Rooms


class Empty(Room):
    """A room without memory."""

    def __init__(self) -> None:
        """Takes nothing."""


def test_who_takes_a_room_has_it_alone_until_it_comes_back() -> None:
    rooms = Rooms(Empty)
    first = rooms.take()
    rooms.give_back(first)
    again, second = rooms.take(), rooms.take()
    assert again is first
    assert second is not first
    rooms.give_back(second)
    rooms.give_back(first)
    assert rooms.take() is first, "the one used last"
    assert rooms.take() is second


def test_rooms_that_are_idle_can_be_let_go() -> None:
    rooms = Rooms(Empty)
    first = rooms.take()
    rooms.give_back(first)
    rooms.empty()
    assert rooms.take() is not first
