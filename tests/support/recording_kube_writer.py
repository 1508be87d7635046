"""The recording half of a cluster, as `recording_writer` is that of an engine."""

from __future__ import annotations

from dataclasses import dataclass

from recording_writer import RecordingWriter

from fleetui.providers.writing import WriterHalf


@dataclass
class RecordingKubeWriter(RecordingWriter):
    name: str = "kubernetes"


WRITER = WriterHalf("kubernetes", RecordingKubeWriter)
