shopt -q nullglob || echo off
shopt -s nullglob && shopt -q nullglob && echo on
shopt -s nocasematch; [[ ABC == abc ]] && echo match
case HELLO in hello) echo case ;; esac
shopt -u nocasematch; shopt -s nocaseglob; touch README
echo read*; shopt nosuchoption 2>/dev/null; echo $?
