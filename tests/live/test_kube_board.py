"""The board on a real cluster: a rolling deploy, a service explained, a server that dies."""

from __future__ import annotations

import asyncio
import time

from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.engine.engine import Engine
from fleetui.ui.app import FleetApp
from fleetui.ui.options import BoardOptions

from .kube_watching import provider_of, settled
from .servers import kube_objects as objects
from .servers.kubernetes import KubeCluster
from .servers.waiting import PATIENCE_S


async def test_a_deploy_rolls_on_the_board_and_the_server_dies(
    kube: KubeCluster, place: str
) -> None:
    kube.api.create(
        objects.deployment(place, "storefront", 3),
        objects.service(place, "storefront"),
        objects.service(place, "lonely", "storefrnt"),
    )
    await settled(kube, place, "storefront", 3)
    engine = Engine([provider_of(kube, namespaces=(place,))], now=time.time)
    options = BoardOptions(reads=frozenset({"kubernetes"}))
    app = FleetApp(engine, load_screens(None), load_themes(None)[0]["night"], options)

    def screen() -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    async def shows(*wanted: str, never: tuple[str, ...] = ()) -> None:
        end = time.monotonic() + PATIENCE_S
        while (missing := [text for text in wanted if text not in screen()]) or any(
            text in screen() for text in never
        ):
            assert time.monotonic() < end, f"{missing} not in, or {never} in\n{screen()}"
            await asyncio.sleep(0.05)

    try:
        async with app.run_test(size=(200, 50)) as pilot:
            await shows("deploy/storefront", "3/3", "svc/lonely", "0/0", "node-0")
            await shows("no pod matches its selector")
            # As the pane of containers has them; the timeline goes on to speak of them.
            names = [pod["metadata"]["name"] for pod in kube.api.items("Pod", place)]
            old = tuple(f"running   {name}" for name in names)
            await shows(*old)
            template = objects.template(
                "storefront", "slow", "2500ms", image="registry.example/storefront:2"
            )
            change = {"spec": {"template": template}}
            await asyncio.to_thread(kube.api.patch, "Deployment", place, "storefront", change)
            await shows("rolling 1 → 2")
            await settled(kube, place, "storefront", 3)
            names = [pod["metadata"]["name"] for pod in kube.api.items("Pod", place)]
            new = [f"running   {name}" for name in names if f"running   {name}" not in old]
            await shows(*new, "3/3", never=("rolling 1 → 2", *old))

            await asyncio.to_thread(kube.kill_apiserver)
            try:
                await shows("connection refused", "◌ ", "deploy/storefront", "svc/lonely")
            finally:
                await asyncio.to_thread(kube.start_apiserver)
            # No pane says any more that it is old.
            await shows("deploy/storefront", "svc/lonely", never=("◌ ",))
            await pilot.press("q")
    finally:
        await engine.close()
