"""Readers that are not run here: what Synapse and Finagle make of a presence
tree, replayed rule by rule from reading their source. Each rule names the file
it was read in. A replay proves what was understood, not what runs.

`nodes` is name -> bytes, as ZooKeeper has them.
"""
import json

# --- Synapse (airbnb/synapse, Ruby; 0.18) -----------------------------------
# lib/synapse/service_watcher/zookeeper/zookeeper.rb, and base/base.rb there.


def synapse_backends(nodes, decode="nerve", label_filters=()):
    """The backends a service has. A child that cannot be decoded is skipped;
    of two with one host, port and name the first stays (base.rb,
    set_backends)."""
    backends = {}
    for child, data in nodes.items():
        try:
            backend = synapse_backend(child, data, decode)
        except (ValueError, KeyError, TypeError):
            continue
        backends.setdefault(
            (backend["host"], backend["port"], backend["name"]), backend)
    return [backend for backend in backends.values()
            if all(synapse_passes(backend, one) for one in label_filters)]


def synapse_backend(child, data, decode):
    decoded = {"nerve": synapse_nerve,
               "serverset": synapse_serverset}[decode](data)
    # deserialize_service_instance: both keys must be there.
    for key in ("host", "port"):
        if key not in decoded:
            raise KeyError(key)
    # parse_numeric_id_suffix: the name's end after its last `_`, if a number,
    # is the id that leader election sorts by. Names that begin with base64_
    # would be decoded instead of the data (read_child_data).
    assert not child.startswith("base64_")
    last = child.split("_")[-1]
    # create_backend_info: of all that was decoded, these are kept.
    return {**{key: decoded.get(key)
               for key in ("host", "port", "name", "weight", "labels",
                           "haproxy_server_options")},
            "id": int(last) if last.isdecimal() else None}


def synapse_nerve(data):
    """nerve_decode: the JSON is the backend."""
    return json.loads(data)


def synapse_serverset(data):
    """serverset_decode without `endpoint_name`: the serviceEndpoint, with the
    shard as its name, in text."""
    decoded = json.loads(data)
    endpoint = decoded["serviceEndpoint"]
    shard = decoded.get("shard")
    return {**endpoint, "name": None if shard is None else str(shard)}


def synapse_passes(backend, label_filter):
    """base.rb, backends_filtered_by_labels."""
    value = (backend["labels"] or {}).get(label_filter["label"])
    is_equal = value == label_filter["value"]
    return is_equal == (label_filter["condition"] == "equals")


def synapse_service_config(parent_data):
    """parse_service_config: data of the path itself would configure the
    service; none means none."""
    return json.loads(parent_data) if parent_data else {}


def synapse_server_line(backend):
    """config_generator/haproxy.rb, construct_name and the server line with
    use_nerve_weights: a weight counts only as a whole number."""
    name = f"{backend['host']}:{backend['port']}"
    if backend["name"]:
        name = f"{backend['name']}_{name}"
    line = f"server {name} {backend['host']}:{backend['port']}"
    options = backend["haproxy_server_options"]
    line += f" {options}" if isinstance(options, str) else ""
    weight = backend["weight"]
    return line + (f" weight {weight}" if type(weight) is int else "")


# --- Finagle (twitter/finagle, Scala; 24) -----------------------------------
# finagle-serversets/src/main/scala/com/twitter/finagle/serverset2/


def finagle_endpoints(nodes, knows_curator=False):
    """What zk2!HOSTS!PATH binds to: (host, port, shard, metadata). Only nodes
    named member_... are read (ServiceDiscoverer.scala, EndpointGlob), each of
    them once (ZkNodeDataCache.scala: member data never changes)."""
    found = []
    for name, data in nodes.items():
        if name.startswith("member_"):
            found += finagle_endpoint(finagle_dict(data, knows_curator))
    return sorted(found)


def finagle_dict(data, knows_curator):
    """Parse.scala, JsonDict. What is no JSON object is empty. Some releases
    take a record that has these four keys for Curator's, and then read
    nothing else of it; later ones do not."""
    try:
        record = json.loads(data)
    except ValueError:
        return {}
    if knows_curator and {"name", "id", "address", "port"} <= set(record):
        return {"serviceEndpoint": {"host": record["address"],
                                    "port": record["port"]},
                "status": "ALIVE"}
    return {key: value for key, value in record.items() if value is not None}


def finagle_endpoint(record):
    """Entry.scala, Endpoint.parseJson: a host that is text and a port that is
    a 32 bit number, not text, or there is no endpoint. Zk2Resolver.scala: the
    default endpoint, and only while its status is ALIVE."""
    endpoint = record.get("serviceEndpoint")
    if not isinstance(endpoint, dict) or record.get("status") != "ALIVE":
        return []
    host, port = endpoint.get("host"), endpoint.get("port")
    if not isinstance(host, str) or type(port) is not int \
            or port >= 1 << 31:
        return []
    shard = record.get("shard")
    metadata = record.get("metadata", {})
    return [(host, port, shard if type(shard) is int else None,
             tuple(sorted(metadata.items())))]
