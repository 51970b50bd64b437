from tests.integration.deployed import Deployed
from tests.integration.flows.command import on_screen
from snapkeep.domain import tags
POLICY="captured"
def test_capture(product: Deployed) -> None:
    product.make_claims(POLICY, 2)
    product.backup(POLICY)
    product.until_closed(POLICY)
    s = product.snapshots(POLICY)[0]
    point = s.tags[tags.POINT]
    with open("/tmp/capture_d.txt","w") as f:
        for words in (("status",),("coverage",),("get","points"),("get","clusters"),("describe","point",point),("describe","claim",f"{POLICY}/{s.tags[tags.CLAIM]}"),("prune",),("backup","-n",POLICY,"--dry-run"),("restore",s.id,"-n",POLICY,"--as","b2","--dry-run"),("backup","-n",POLICY,"--wait"),("restore",point,"-n",POLICY,"--as","b3","--wait"),("get","restores"),("report",)):
            try: f.write(f"$ snapkeep {' '.join(words)}\n{on_screen(product,80,*words)}\n")
            except BaseException as e: f.write(f"$ snapkeep {' '.join(words)}\n!! {e}\n")
            f.flush()
