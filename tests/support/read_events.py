# Reads the event files below a folder with Google's protobuf library, by message definitions of its
# own, and prints them as JSON: {run folder: [events]}. CRCs are checked by a table of its own, PNGs
# unpacked by zlib. What no definition knows, and a record that is cut short, is an error.
import json
import math
import os
import struct
import sys
import zlib

from google.protobuf import descriptor_pb2, descriptor_pool
try:
    from google.protobuf.message_factory import GetMessageClass
except ImportError:
    from google.protobuf.message_factory import MessageFactory
    GetMessageClass = MessageFactory().GetPrototype

# message: fields as "[repeated] type name = number", as in the published .proto files; an enum is
# an int32 on the wire, a map a repeated message of key and value.
MESSAGES = {
    "Dim": "int64 size = 1, string name = 2",
    "TensorShapeProto": "repeated Dim dim = 2, bool unknown_rank = 3",
    "TensorProto": "int32 dtype = 1, TensorShapeProto tensor_shape = 2, int32 version_number = 3, "
                   "bytes tensor_content = 4, repeated float float_val = 5, "
                   "repeated double double_val = 6, repeated bytes string_val = 8",
    "PluginData": "string plugin_name = 1, bytes content = 2",
    "SummaryMetadata": "PluginData plugin_data = 1, string display_name = 2, "
                       "string summary_description = 3, int32 data_class = 4",
    "SummaryValue": "string tag = 1, float simple_value = 2, string node_name = 7, "
                    "TensorProto tensor = 8, SummaryMetadata metadata = 9",
    "Summary": "repeated SummaryValue value = 1",
    "SourceMetadata": "string writer = 1",
    "Event": "double wall_time = 1, int64 step = 2, string file_version = 3, bytes graph_def = 4, "
             "Summary summary = 5, SourceMetadata source_metadata = 10",
    "ListValue": "repeated bytes s = 2, repeated int64 i = 3, repeated TensorShapeProto shape = 7",
    "AttrValue": "ListValue list = 1, bytes s = 2, int64 i = 3, float f = 4, bool b = 5, "
                 "int32 type = 6, TensorShapeProto shape = 7",
    "AttrEntry": "string key = 1, AttrValue value = 2",
    "NodeDef": "string name = 1, string op = 2, repeated string input = 3, string device = 4, "
               "repeated AttrEntry attr = 5",
    "VersionDef": "int32 producer = 1, int32 min_consumer = 2",
    "GraphDef": "repeated NodeDef node = 1, VersionDef versions = 4",
    "Value": "int32 null_value = 1, double number_value = 2, string string_value = 3, "
             "bool bool_value = 4",
    "HParamEntry": "string key = 1, Value value = 2",
    "SessionStartInfo": "repeated HParamEntry hparams = 1, string model_uri = 2, "
                        "string monitor_url = 3, string group_name = 4, double start_time_secs = 5",
    "SessionEndInfo": "int32 status = 1, double end_time_secs = 2",
    "HParamsPluginData": "int32 version = 1, SessionStartInfo session_start_info = 3, "
                         "SessionEndInfo session_end_info = 4",
}


def message_classes():
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="tb", syntax="proto2")
    scalar = {"int32": 5, "int64": 3, "bool": 8, "string": 9, "bytes": 12, "float": 2, "double": 1}
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for text in fields.split(", "):
            *label, kind, field, _, number = text.split()
            entry = message.field.add(name=field, number=int(number), label=3 if label else 1)
            if kind in scalar:
                entry.type = scalar[kind]
            else:
                entry.type, entry.type_name = 11, ".tb." + kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName("tb." + name)) for name in MESSAGES}


CLASSES = message_classes()


def parse(kind, data):
    message = CLASSES[kind]()
    message.ParseFromString(data)
    known = CLASSES[kind]()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    assert known.ByteSize() == message.ByteSize() == len(data), kind + " has unknown fields"
    return message


CRC_TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    CRC_TABLE.append(byte)


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        assert masked_crc(data[at:at + 8]) == crc, "CRC of a length"
        record = data[at + 12:at + 12 + length]
        assert len(record) == length, "a record is cut short"
        (crc,) = struct.unpack_from("<I", data, at + 12 + length)
        assert masked_crc(record) == crc, "CRC of a record"
        at += 16 + length
        yield record


def png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    assert depth == 8 and interlaced == 0
    channels = {0: 1, 4: 2, 2: 3, 6: 4}[color]
    raw, stride, rows = zlib.decompress(packed), width * channels, []
    before = bytes(stride)
    for y in range(height):
        line = raw[y * (stride + 1):(y + 1) * (stride + 1)]
        row = bytearray(line[1:])
        for i in range(stride):
            left = row[i - channels] if i >= channels else 0
            corner = before[i - channels] if i >= channels else 0
            up = before[i]
            p = left + up - corner
            paeth = min((abs(p - left), 0, left), (abs(p - up), 1, up),
                        (abs(p - corner), 2, corner))[2]
            row[i] = (row[i] + [0, left, up, (left + up) // 2, paeth][line[0]]) & 0xFF
        rows.append(list(row))
        before = row
    return {"width": width, "height": height, "channels": channels, "rows": rows}


def number(value):
    return value if math.isfinite(value) else repr(value)


def text(data):
    return png(data) if data[:4] == b"\x89PNG" else data.decode("utf-8")


def shape(message):
    return [dim.size for dim in message.dim]


def read_value(value):
    tensor, plugin = value.tensor, value.metadata.plugin_data
    assert value.HasField("tensor") and tensor.HasField("tensor_shape")
    size = math.prod(shape(tensor.tensor_shape))
    if tensor.dtype == 7:
        data = [text(each) for each in tensor.string_val]
    else:
        code = {1: "f", 2: "d"}[tensor.dtype]
        data = [number(x) for x in struct.unpack("<%d%s" % (size, code), tensor.tensor_content)]
    assert len(data) == size, "a tensor's shape and its data differ"
    out = {"tag": value.tag, "plugin": plugin.plugin_name, "data_class": value.metadata.data_class,
           "dtype": tensor.dtype, "shape": shape(tensor.tensor_shape), "data": data}
    if plugin.plugin_name == "hparams":
        content = parse("HParamsPluginData", plugin.content)
        if content.HasField("session_start_info"):
            info = content.session_start_info
            out["group"] = info.group_name
            out["hparams"] = {}
            for entry in info.hparams:
                (field, plain), = entry.value.ListFields()
                out["hparams"][entry.key] = {field.name: plain}
        if content.HasField("session_end_info"):
            out["status"] = content.session_end_info.status
    else:
        out["content"] = plugin.content.decode("ascii")
    return out


def read_graph(data):
    nodes = []
    for node in parse("GraphDef", data).node:
        attr = {entry.key: entry.value for entry in node.attr}
        nodes.append({
            "name": node.name, "op": node.op, "input": list(node.input),
            "keras_class": attr["keras_class"].s.decode("ascii"), "dtype": attr["dtype"].type,
            "shapes": [shape(each) for each in attr["_output_shapes"].list.shape]
                      if "_output_shapes" in attr else []})
    return nodes


def read_event(record):
    event = parse("Event", record)
    out = {"wall_time": event.wall_time, "step": event.step,
           "values": [read_value(value) for value in event.summary.value]}
    if event.HasField("file_version"):
        out["file_version"] = event.file_version
    if event.HasField("graph_def"):
        out["graph"] = read_graph(event.graph_def)
    return out


def main(root):
    runs = {}
    for folder, _, files in sorted(os.walk(root)):
        for name in sorted(files):
            if "tfevents" not in name:   # as TensorBoard chooses
                continue
            with open(os.path.join(folder, name), "rb") as file:
                events = [read_event(record) for record in records(file.read())]
            runs.setdefault(os.path.relpath(folder, root), []).extend(events)
    print(json.dumps(runs, allow_nan=False))


main(sys.argv[1])
