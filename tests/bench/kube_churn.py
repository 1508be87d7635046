"""Changes pods of a cluster at a steady pace, until it is ended.

    python -m tests.bench.kube_churn KUBECONFIG NAMESPACE RATE

Each change gives a pod one more restart, which its row shows. Prints how many it has made.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import ssl
import sys
from pathlib import Path
from typing import Any

import httpx

_AT_ONCE = 8
_PATCH = {"Content-Type": "application/strategic-merge-patch+json"}


async def churn(kubeconfig: Path, place: str, rate: float) -> None:
    """Change one pod after another; falls behind where the server is slower than that."""
    config = json.loads(kubeconfig.read_text("utf-8"))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    trust = ssl.create_default_context(cafile=cluster["certificate-authority"])
    headers = {"Authorization": f"Bearer {user['token']}"}
    url = f"{cluster['server']}/api/v1/namespaces/{place}/pods"
    async with httpx.AsyncClient(verify=trust, headers=headers, timeout=30) as client:
        pods = (await client.get(url)).json()["items"]
        random.Random(1).shuffle(pods)
        numbers = itertools.count(1)
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def change() -> None:
            for number in numbers:
                await asyncio.sleep(began + number / rate - loop.time())
                pod = pods[number % len(pods)]
                body = json.dumps({"status": {"containerStatuses": [_restarted(pod, number)]}})
                path = f"{url}/{pod['metadata']['name']}/status"
                (await client.patch(path, content=body, headers=_PATCH)).raise_for_status()
                print(number, flush=True)

        await asyncio.gather(*(change() for _ in range(_AT_ONCE)))


def _restarted(pod: dict[str, Any], number: int) -> dict[str, Any]:
    before = pod["status"]["containerStatuses"][0]
    return {**before, "restartCount": before.get("restartCount", 0) + number}


if __name__ == "__main__":
    asyncio.run(churn(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
