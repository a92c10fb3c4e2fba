"""Identities on clips whose truth is known from their making."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from moving_faces import Actor, Place, actor, backdrop, draw, line

from mien.acquire import read_image
from mien.detect import Detections, FakeDetector, get_detector
from mien.video.tracking import SEARCH_EVERY, Tracker

FPS = 25
Image = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def other(astronaut: Image) -> Image:
    """Somebody else: mirrored, with another skin and hair colour and a broader face."""
    mirrored = cv2.resize(astronaut[:, ::-1], None, fx=1.15, fy=1.0)
    return np.asarray(np.clip(mirrored[..., [2, 1, 0]].astype(float) * 0.8 + 20, 0, 255), np.uint8)


def follow(
    actors: list[Actor], seconds: float, tracker: Tracker, size: tuple[int, int] = (640, 480)
) -> list[Counter[int]]:
    """For each actor, how often which number was given to the face at its place."""
    background = backdrop(*size)
    given: list[Counter[int]] = [Counter() for _ in actors]
    for i in range(round(seconds * FPS)):
        time = i / FPS
        tracks = tracker.update(draw(actors, background, time), time)
        for person, numbers in zip(actors, given, strict=True):
            place = person.path(time)
            if place is None:
                continue
            near = [t for t in tracks if np.hypot(*((t.box[:2] + t.box[2:]) / 2 - place[:2])) < place[2] / 3]
            # Behind somebody else there is nothing of it to see.
            hidden = any(
                other is not person
                and (at := other.path(time))
                and np.hypot(at[0] - place[0], at[1] - place[1]) < place[2]
                for other in actors
            )
            if not hidden:
                numbers[near[0].number if near else 0] += 1
    return given


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(get_detector("yunet"))


def test_a_moving_face_keeps_its_number(astronaut: Image, tracker: Tracker) -> None:
    path = line((120, 150, 90), (520, 300, 180), 0, 2)
    (numbers,) = follow([actor(astronaut, path)], 2, tracker)
    assert numbers == {1: 50}


def test_two_faces_that_cross_keep_theirs(astronaut: Image, other: Image, tracker: Tracker) -> None:
    left = actor(astronaut, line((100, 240, 110), (540, 240, 110), 0, 3))
    right = actor(other, line((540, 250, 110), (100, 250, 110), 0, 3))
    first, second = follow([left, right], 3, tracker)
    assert len(first) == len(second) == 1, (first, second)
    assert set(first) != set(second)


def test_a_face_that_leaves_the_picture_and_returns_within_a_second(
    astronaut: Image, other: Image, tracker: Tracker
) -> None:
    def out_and_back(time: float) -> Place:
        return 560 + 260 * float(np.sin(np.pi * np.clip(time - 0.6, 0, 1))), 200, 110

    leaving = actor(astronaut, out_and_back)
    staying = actor(other, line((150, 240, 110), (180, 240, 110), 0, 2.5))
    first, second = follow([leaving, staying], 2.5, tracker)
    assert set(second) == {2} or set(second) == {1}
    numbers = set(first) - {0}  # 0: too far over the edge to be found
    assert len(numbers) == 1
    assert not numbers & set(second)


def test_a_short_occlusion(astronaut: Image, tracker: Tracker) -> None:
    person = actor(astronaut, line((200, 240, 120), (260, 240, 120), 0, 2))
    background, seen = backdrop(640, 480), Counter[int]()
    for i in range(50):
        picture = draw([person], background, i / FPS)
        if 18 <= i < 30:
            picture[100:400, 100:400] = (90, 70, 60)  # somebody's hand
        seen.update(track.number for track in tracker.update(picture, i / FPS))
    assert set(seen) == {1}
    assert seen[1] >= 36


def test_a_new_face_is_found_within_half_a_second(astronaut: Image, other: Image, tracker: Tracker) -> None:
    assert SEARCH_EVERY < 0.5
    actors = [
        actor(astronaut, line((150, 240, 110), (170, 240, 110), 0, 2)),
        actor(other, line((480, 240, 110), (470, 240, 110), 0.53, 2)),
    ]
    background = backdrop(640, 480)
    first_seen = next(
        i / FPS for i in range(50) if len(tracker.update(draw(actors, background, i / FPS), i / FPS)) == 2
    )
    assert 0.53 <= first_seen <= 0.53 + 0.5


def test_numbers_are_not_used_twice(astronaut: Image, tracker: Tracker) -> None:
    before = [track.number for track in tracker.update(astronaut, 0.0)]
    tracker.reset()
    after = [track.number for track in tracker.update(astronaut, 0.04)]
    assert before == [1]
    assert after == [2]


def test_a_face_that_stays_away_comes_back_as_another(astronaut: Image, tracker: Tracker) -> None:
    nothing = np.full_like(astronaut, 128)
    numbers = [
        [track.number for track in tracker.update(astronaut if i < 5 or i > 60 else nothing, i / FPS)]
        for i in range(75)
    ]
    assert numbers[4] == [1]
    assert numbers[30] == []
    assert numbers[74] == [2]


def test_a_detector_that_cannot_follow_searches_each_frame(astronaut: Image) -> None:
    boxes = np.array([(100, 100, 200, 220)], np.float32)
    landmarks = np.array([[(125, 145), (175, 145), (150, 170), (130, 195), (170, 195)]], np.float32)
    tracker = Tracker(FakeDetector(Detections(boxes, np.array([0.9], np.float32), landmarks)))
    numbers = [[track.number for track in tracker.update(astronaut, i / FPS)] for i in range(20)]
    assert numbers == [[1]] * 20


@pytest.mark.slow
def test_real_people_cross(photos: list[Path]) -> None:
    """Ten pairs of different people; not one switch."""
    large = [path for path in photos if min(read_image(path).shape[:2]) >= 300][:20]
    for one, two in zip(large[::2], large[1::2], strict=True):
        crossing = [
            actor(read_image(one), line((100, 240, 110), (540, 240, 110), 0, 3)),
            actor(read_image(two), line((540, 250, 110), (100, 250, 110), 0, 3)),
        ]
        first, second = follow(crossing, 3, Tracker(get_detector("yunet")))
        assert len(set(first) - {0}) == len(set(second) - {0}) == 1, (one.name, two.name, first, second)
        assert set(first) - {0} != set(second) - {0}
