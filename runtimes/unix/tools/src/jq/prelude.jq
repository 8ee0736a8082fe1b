# What jq has and the libraries of jaq lack, or have otherwise.
# A float that is a whole number, as one.
def _whole: if isnumber and (. < 1e15 and . > -1e15) and floor == . then floor else . end;
# Room for what is assigned to an index.
def _room($i): if . == null then (if ($i | isnumber) then [] else {} end) else . end
  | if isarray and ($i | isnumber) and $i >= length then . + [range(length; $i + 1) | null] else . end;
def _text: if isarray then map(_text) elif isobject then with_entries(.value |= _text) else _whole end;
def _tojson: tojson;
def tojson: _text | _tojson;
def tostring: if isstring then . else tojson end;
def join($s): if length == 0 then "" else reduce .[] as $x (null; (if . == null then "" else . + $s end) + (if $x == null then "" else $x | tostring end)) end;
def setpath($p; $v): if ($p | length) == 0 then $v else
    _room($p[0]) | .[$p[0]] |= setpath($p[1:]; $v) end;
def _delete($p): if . == null then .
  elif ($p | length) == 1 then
    if isobject then with_entries(select(.key != $p[0]))
    elif isarray and ($p[0] | isnumber) then (if $p[0] < 0 then $p[0] + length else $p[0] end) as $i
      | if $i >= 0 and $i < length then .[:$i] + .[$i + 1:] else . end
    elif isarray then (.[$p[0]] |= empty)
    else error("Cannot delete field at object index of \(type)") end
  else (try .[$p[0]] catch null) as $x
    | if $x == null then . else .[$p[0]] |= _delete($p[1:]) end end;
def delpaths($ps): reduce ($ps | sort | reverse | .[]) as $p (.; if ($p | length) == 0 then null else _delete($p) end);
def del(f): delpaths([path(f)]);
def ltrimstr($s): if isstring and ($s | isstring) and startswith($s) then .[($s | length):] else . end;
def rtrimstr($s): if isstring and ($s | isstring) and ($s | length) > 0 and endswith($s) then .[:-($s | length)] else . end;
def @csv: if isarray then map(
    if isstring then "\"" + (split("\"") | join("\"\"")) + "\""
    elif isnumber or isboolean then tostring
    elif . == null then ""
    else error("\(type) (\(tojson)) is not valid in a csv row") end) | join(",")
  else error("\(type) (\(tojson)) cannot be csv-formatted, only an array can be") end;
def @tsv: if isarray then map(
    if isstring then split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r")
    elif isnumber or isboolean then tostring
    elif . == null then ""
    else error("\(type) (\(tojson)) is not valid in a tsv row") end) | join("\t")
  else error("\(type) (\(tojson)) cannot be tsv-formatted, only an array can be") end;
def ascii: [.] | implode;
def leaf_paths: paths(scalars);
def input_line_number: 0;
def input_filename: null;
def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
def INDEX(f): INDEX(.[]; f);
def tostream: path(def r: (.[]? | r), .; r) as $p | getpath($p)
  | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def fromstream(f): {x: null, e: false} as $init
  | foreach f as $i ($init;
      if .e then $init else . end
      | if $i | length == 2
        then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
        else setpath(["e"]; $i[0] | length == 1) end;
      if .e then .x else empty end);
def truncate_stream(stream): . as $n | null | stream
  | . as $input | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;
def toarray: if isarray then . else [.] end;
def get_search_list: [];
