echo "[$(printf 'a\n\n\n')]" "[$(printf '\n a')]"; echo `echo back \`echo nested\``
x=$(<"$0"); echo "${x%%$'\n'*}" | cut -c1-4; f=$(echo one; echo two); echo $f; echo "$f"
echo "$(false)$?"; y=$(false); echo $?
echo $(echo '*' | tr '*' x) "$( (echo sub) )" "$(case a in a) echo ok;; esac)"
echo "$(printf 'nul\0gone' 2>/dev/null | tr -d '\0')"; echo $(seq 3)
