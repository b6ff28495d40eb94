import base64, json, re, sys

class Reject(Exception): pass

def data(b):  # bytes travel as {"utf8"|"hex"|"b64": …}
    if "utf8" in b: return b["utf8"].encode("utf-8")
    return bytes.fromhex(b["hex"]) if "hex" in b else base64.b64decode(b["b64"])

def identity_parse(text, mode):
    s = data(text).decode("utf-8", "replace")
    if mode == "typed": s = s.strip(" \t\r\n").lower()
    if not re.fullmatch(r"github:[a-z0-9]+(-[a-z0-9]+)*(_[a-z0-9]+)?", s) or len(s) > 46:
        raise Reject("identity.invalid")
    return {"identity": s}

def json_canonicalize(**input):  # lenient on purpose: see what the suite says
    try: value = json.loads(data(input["json"]))
    except (ValueError, RecursionError): raise Reject("json.syntax")
    return {"canonical": {"utf8": json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)}}

ops = {"identity.parse": identity_parse, "json.canonicalize": json_canonicalize}
for line in sys.stdin:
    q = json.loads(line)
    if q["cmd"] == "bye": break
    if q["cmd"] == "hello": a = {"protocol": 1, "name": "tutorial", "version": "1", "ops": list(ops)}
    elif q["op"] not in ops: a = {"seq": q["seq"], "unsupported": True}
    else:
        try: a = {"seq": q["seq"], "accept": ops[q["op"]](**q["input"])}
        except Reject as e: a = {"seq": q["seq"], "reject": {"code": str(e)}}
    print(json.dumps(a), flush=True)
