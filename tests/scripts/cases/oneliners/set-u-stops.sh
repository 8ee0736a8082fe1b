set -u; echo start; echo "$undefined_thing"; echo never
