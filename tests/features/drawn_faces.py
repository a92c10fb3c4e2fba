"""Drawn faces whose landmarks are known exactly: ellipses for head, eyes and mouth, strokes for brows."""

import cv2
import numpy as np

SIZE = 96
_SHARPNESS = 4


def _ellipse(centre, radii, count, start=0.0):
    turn = start + 2 * np.pi * np.arange(count) / count
    return np.asarray(centre) + np.stack([np.cos(turn), np.sin(turn)], 1) * radii


def draw_face(rng):
    """A picture uint8 (96, 96) and its 34 landmarks (34, 2): head 12, brows 3 + 3, eyes 4 + 4, mouth 8."""
    raised, opened, wide, gape = rng.uniform(-2, 3), rng.uniform(1.5, 4), rng.uniform(8, 14), rng.uniform(2, 8)
    head = _ellipse((0, 0), (30 + rng.uniform(-2, 2), 38 + rng.uniform(-2, 2)), 12)
    brows = [np.array([(x - 8, -18.0), (x, -21 - raised), (x + 8, -18)]) for x in (-13, 13)]
    eyes = [_ellipse((x, -9), (6, opened), 4) for x in (-13, 13)]
    mouth = _ellipse((0, 18), (wide, gape), 8)
    parts = [head, *brows, *eyes, mouth]

    roll, scale = np.deg2rad(rng.uniform(-10, 10)), rng.uniform(0.9, 1.1)
    turn = scale * np.array([(np.cos(roll), -np.sin(roll)), (np.sin(roll), np.cos(roll))])
    shift = SIZE / 2 + rng.uniform(-5, 5, 2)
    landmarks = np.concatenate(parts) @ turn.T + shift

    def outline(centre, radii):
        dense = _ellipse(centre, radii, 60) @ turn.T + shift
        return np.round(dense * _SHARPNESS).astype(np.int32)

    background, skin, dark = rng.uniform(20, 80), rng.uniform(150, 220), rng.uniform(40, 90)
    canvas = np.full((SIZE * _SHARPNESS, SIZE * _SHARPNESS), background, np.float32)
    cv2.fillPoly(canvas, [outline((0, 0), np.ptp(head, axis=0) / 2)], skin)
    for x in (-13, 13):
        cv2.fillPoly(canvas, [outline((x, -9), (6, opened))], dark)
    cv2.fillPoly(canvas, [outline((0, 18), (wide, gape))], dark + 30)
    for brow in brows:
        stroke = np.round((brow @ turn.T + shift) * _SHARPNESS).astype(np.int32)
        cv2.polylines(canvas, [stroke], False, dark, round(2.5 * _SHARPNESS))
    picture = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA) + rng.normal(0, 4, (SIZE, SIZE))
    return np.clip(np.round(picture), 0, 255).astype(np.uint8), landmarks


def draw_faces(count, seed):
    """Pictures uint8 (n, 96, 96) and landmarks (n, 34, 2)."""
    rng = np.random.default_rng(seed)
    images, landmarks = zip(*(draw_face(rng) for _ in range(count)), strict=True)
    return np.stack(images), np.stack(landmarks)


CONTOURS = [
    [*range(12), 0],
    [12, 13, 14],
    [15, 16, 17],
    [*range(18, 22), 18],
    [*range(22, 26), 22],
    [*range(26, 34), 26],
]
