#!/usr/bin/env bash
# A state machine: a small adventure played from a script of commands.
set -u
declare -A exits=([hall:north]=library [hall:east]=kitchen [library:south]=hall [kitchen:west]=hall [kitchen:down]=cellar [cellar:up]=kitchen)
declare -A item_at=([lamp]=library [key]=cellar [bread]=kitchen)
declare -A description=([hall]="A draughty hall." [library]="Books everywhere." [kitchen]="It smells of soup." [cellar]="Something drips.")
here=hall moves=0

items_here() { local i; for i in "${!item_at[@]}"; do [ "${item_at[$i]}" = "$here" ] && echo "$i"; done | sort; }
carried() { local i; for i in "${!item_at[@]}"; do [ "${item_at[$i]}" = me ] && echo "$i"; done | sort | paste -sd,; }
look() {
    if [ "$here" = cellar ] && [ "${item_at[lamp]}" != me ]; then echo "It is dark."; return; fi
    echo "[$here] ${description[$here]}"
    local i; for i in $(items_here); do echo "  there is a $i"; done
}
go() {
    local to=${exits[$here:$1]-}
    if [ -z "$to" ]; then echo "No way $1."; return 1; fi
    here=$to moves=$((moves + 1))
    look
}
take() {
    [ "${item_at[$1]-}" = "$here" ] || { echo "No $1 here."; return 1; }
    item_at[$1]=me
    echo "Taken: $1."
}

look
while read -r verb noun; do
    echo "> $verb${noun:+ $noun}"
    case $verb in
        go) go "$noun" ;;
        take) take "$noun" ;;
        look) look ;;
        inventory) echo "You carry: $(carried)" ;;
        open)
            if [ "$here" = hall ] && [ "$(carried)" = bread,key,lamp ]; then
                echo "The door opens. You win after $moves moves."
                exit 0
            fi
            echo "It does not open."
            ;;
        quit) exit 1 ;;
        *) echo "I do not know how to $verb." ;;
    esac
done <<'EOF'
go up
go east
go down
take key
go up
go west
open door
go north
take lamp
dance
go south
go east
take bread
go down
look
take key
inventory
go up
go west
open door
look
EOF
echo "never reached"
