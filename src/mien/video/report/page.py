"""The page of a timeline: what was seen of everybody, the moments of change, each person, and the table to save."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from itertools import chain
from os import PathLike
from pathlib import Path
from string import Template

import numpy as np

from mien.drawing.palette import colour_of
from mien.page import label, page, section, table, tiles
from mien.video.peaks import Peak
from mien.video.report.moments import SIZE, face_pictures, peak_rows, portrait_row
from mien.video.report.numbers import Pace, drawn, packed_table
from mien.video.summary import PersonSummary
from mien.video.timeline import AUDIENCE, Timeline

PEOPLE = 20
"""At most so many people have a timeline of their own on the page; the table has all."""

MOMENTS = 12
"""At most so many moments of change are listed."""

_WINDOW = 1.0
_LEAST_CHANGE = 0.1  # less is the noise of a face at rest

_ESTIMATE = (
    "A reading is an estimate of how people would label the face in the picture. It does not say what the person feels."
)
_PRIVATE = (
    "This page needs no network and sends nothing. It tells of people: pass it on only as they would agree to."
    " Written by mien."
)


def write_report(
    timeline: Timeline,
    path: Path,
    *,
    source: str,
    title: str | None = None,
    video: str | PathLike[str] | None = None,
) -> Path:
    """Write a timeline as one HTML page that needs no other file and no network.

    Parameters
    ----------
    timeline : Timeline
        The readings; may be empty.
    path : Path
        Of the page; an older one is replaced.
    source : str
        What the readings are of, for people.
    title : str, optional
        Heading of the page; by default the source.
    video : path or address, optional
        Where the pictures of faces come from; without it there are none.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    MienError
        If the video cannot be read, or is not the one of the timeline.
    OSError
        If the page cannot be written.
    """
    contents = _Contents(timeline, source, video) if len(timeline) else None
    labels = f"{', '.join(timeline.label_set.labels)} ({timeline.label_set.name})"
    nobody = section("Nobody was seen", "The timeline has no readings of a face.")
    text = page(
        title or source,
        f"{source}: {labels}" if title else labels,
        [contents.body() if contents else nobody],
        _PRIVATE,
        kind="video report",
        notice=_ESTIMATE,
        style=_asset("page.css"),
        script=f"{contents.data()}\n<script>{_asset('page.js')}</script>\n" if contents else "",
    )
    path.write_text(text, encoding="utf-8")
    return path


def clock(seconds: float) -> str:
    """``m:ss.s``, from an hour on ``h:mm:ss.s``."""
    minutes, tenths = divmod(round(10 * seconds), 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"


class _Contents:
    """What is on the page of a timeline in which somebody was seen."""

    def __init__(self, timeline: Timeline, source: str, video: str | PathLike[str] | None) -> None:
        self.timeline, self.source, self.video = timeline, source, video
        self.pace = Pace(timeline)
        self.people = sorted(timeline.summary(self.pace.gap), key=lambda person: -person.seconds)
        self.shown = self.people[:PEOPLE]
        self.shares = _mean_shares(self.people)
        self.peaks = _peaks(timeline)
        self.sides = [peak_rows(timeline, peak, _WINDOW) for peak in self.peaks]
        self.portraits = [portrait_row(timeline, person.track) for person in self.shown]
        rows = [*self.portraits, *chain(*self.sides)]
        self.pictures = face_pictures(timeline, rows, video) if video is not None else {}

    def body(self) -> str:
        parts = {"Moments": self._moments(), "People": self._everyone(), "Table": self._table()}
        if len(self.people) > 1:
            parts = {"Audience": self._audience(), **parts}
        links = "".join(f'<a href="#{name.lower()}">{name}</a>' for name in parts)
        tools = Template(_asset("tools.html")).substitute(links=links)
        return "\n".join((self._figures(), tools, *parts.values()))

    def data(self) -> str:
        """The numbers of the timelines, for the script."""
        numbers = drawn(self.timeline, [person.track for person in self.shown], self.pace)
        return _embedded("data", "application/json", json.dumps(numbers, separators=(",", ":")))

    def _figures(self) -> str:
        timeline, pace = self.timeline, self.pace
        mostly = max(self.shares, key=lambda name: self.shares[name])
        return tiles(
            (
                ("Length", clock(pace.end - pace.start), f"from {clock(pace.start)} to {clock(pace.end)}"),
                ("People", f"{len(self.people):,}", "a person who comes back may count again"),
                ("Frames with a face", f"{len(np.unique(timeline.frames)):,}", f"{len(timeline):,} readings"),
                ("Mostly", mostly, f"{self.shares[mostly]:.0%} of the time, of {len(self.shares)} expressions"),
            )
        )

    def _audience(self) -> str:
        return _part(
            "audience",
            "The whole audience",
            "Mean probability of each expression over all people on screen, and below it how many they are.",
            '<div class="panel card">',
            _share_bar(self.shares, "all people"),
            _timeline(AUDIENCE, "the whole audience", self.timeline.label_set.labels, 170),
            "</div>",
        )

    def _moments(self) -> str:
        if self.peaks:
            text = f"Where readings differ most between the {_WINDOW:g} s before and after; strongest first."
            text += " Choose a time to see it in the timeline."
            if self.video is None:
                text += " To see the faces too, make the report with the video: mien report --video."
        else:
            text = f"None: over {_WINDOW:g} s before and after any moment, readings differ by less than"
            text += f" {_LEAST_CHANGE:.0%}."
        moments = (self._moment(peak, *rows) for peak, rows in zip(self.peaks, self.sides, strict=True))
        content = f'<ol class="moments">{"".join(moments)}</ol>' if self.peaks else ""
        return _part("moments", "Moments of strongest change", text, content)

    def _moment(self, peak: Peak, before: int, after: int) -> str:
        who = _name(peak.track)
        drawn_people = [person.track for person in self.shown]
        series = peak.track if peak.track in drawn_people else AUDIENCE
        faces = self._face(before, f"Before, {peak.before}") + self._face(after, f"After, {peak.after}")
        change = f"<span>{label(peak.before)}</span>"
        if peak.after != peak.before:
            change += f' <span class="dim">to</span> <span>{label(peak.after)}</span>'
        sides = f'<div class="sides">{faces}</div>' if faces else ""
        when = f'<button type="button" data-time="{peak.time:.3f}" data-of="{series}">{clock(peak.time)}</button>'
        return (
            f'<li class="card">{sides}<div><p>{when} {who}</p><p class="what">{change}</p>'
            f'<p class="dim">by {peak.change:.0%}</p></div></li>'
        )

    def _everyone(self) -> str:
        text = "The longest on screen first."
        if left_out := len(self.people) - len(self.shown):
            text += f" {left_out:,} more were on screen for a shorter time: they are in the tables."
        if self.pace.bin:
            text += f" A value is the mean over {self.pace.bin:.2g} s."
        persons = (self._person(person, row) for person, row in zip(self.shown, self.portraits, strict=True))
        return _part("people", "Each person", text, *persons)

    def _person(self, person: PersonSummary, portrait: int) -> str:
        name = _name(person.track)
        return "\n".join(
            (
                '<article class="person panel card">',
                f'<div class="who">{self._face(portrait, name)}<div><h3>{name}</h3>',
                f"<p>Seen from {clock(person.first)} to {clock(person.last)}, on screen for {clock(person.seconds)}.",
                f"The expression changes {60 * person.changes:.0f} times a minute.</p></div></div>",
                _share_bar(person.shares, name.lower()),
                _timeline(person.track, name.lower(), self.timeline.label_set.labels, 130),
                "</article>",
            )
        )

    def _table(self) -> str:
        names = self.timeline.label_set.labels
        rows = (
            (
                f'<th scope="row">{_name(person.track)}</th>',
                *(f"<td>{clock(time)}</td>" for time in (person.first, person.last, person.seconds)),
                f"<td>{60 * person.changes:.0f}</td>",
                *(f"<td>{person.shares[name]:.0%}</td>" for name in names),
            )
            for person in self.people
        )
        headings = ("", "from", "to", "on screen", "changes a minute", *names)
        packed, note = packed_table(self.timeline)
        return _part(
            "table",
            "Table",
            "Of each person, the share of the time on screen in which an expression is the most probable.",
            table(headings, rows, "people"),
            '<p class="save"><button type="button" id="save">Save all readings as CSV</button>',
            f"<span>{escape(note)}</span></p>",
            _embedded("rows", "application/gzip", packed, f"{Path(self.source).stem}.csv"),
        )

    def _face(self, row: int, description: str) -> str:
        if row not in self.pictures:
            return ""
        data = base64.b64encode(self.pictures[row]).decode()
        return (
            f'<img class="thumb" width="{SIZE}" height="{SIZE}" src="data:image/jpeg;base64,{data}"'
            f' alt="{escape(description)}">'
        )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _embedded(identity: str, kind: str, text: str, file_name: str = "") -> str:
    """Data that the script reads; only a tag's beginning could end it early."""
    safe = text.replace("<", "\\u003c")
    return f'<script type="{kind}" id="{identity}" data-name="{escape(file_name)}">{safe}</script>'


def _part(identity: str, heading: str, text: str, *content: str) -> str:
    return f'<div id="{identity}">{section(heading, text, *content)}</div>'


def _name(track: int) -> str:
    return "Audience" if track == AUDIENCE else f"Person {track}"


def _peaks(timeline: Timeline) -> list[Peak]:
    """The moments worth showing; where one person is the whole audience, a change is not said twice."""
    found = timeline.peaks(2 * MOMENTS, _WINDOW)
    telling = (peak for peak in found if peak.track != AUDIENCE or (timeline.frames == peak.frame).sum() > 1)
    return [peak for peak in telling if peak.change >= _LEAST_CHANGE][:MOMENTS]


def _mean_shares(people: Sequence[PersonSummary]) -> dict[str, float]:
    """Of all the time that people were on screen."""
    seconds = [person.seconds for person in people]
    weights = seconds if any(seconds) else None
    return {name: float(np.average([p.shares[name] for p in people], weights=weights)) for name in people[0].shares}


def _share_bar(shares: dict[str, float], who: str) -> str:
    seen = {name: share for name, share in shares.items() if share > 0}
    stripes = "".join(
        f'<i style="width:{share:.2%};background:rgb{colour_of(name)}"></i>' for name, share in seen.items()
    )
    legend = "".join(f"<li>{label(name)}<b>{share:.0%}</b></li>" for name, share in seen.items())
    return (
        f'<div class="shares" aria-hidden="true">{stripes}</div>'
        f'<ul class="legend" aria-label="Share of the time of each expression, {who}">{legend}</ul>'
    )


def _timeline(track: int, who: str, labels: Sequence[str], height: int) -> str:
    values = "".join(
        f'<li><button type="button" aria-pressed="false" title="Show {escape(name)} alone">{label(name)}<b></b>'
        '<span class="track"><i></i></span></button></li>'
        for name in labels
    )
    return (
        f'<figure class="timeline" data-series="{track}" data-height="{height}">'
        f'<div class="graph" role="slider" tabindex="0" aria-label="Moment in the timeline of {who}"></div>'
        f'<figcaption class="when"></figcaption><ol class="values">{values}</ol></figure>'
    )
