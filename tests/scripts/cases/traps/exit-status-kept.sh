cleanup() { local s=$?; rm -rf scratch; echo "cleanup after $s"; }
trap cleanup EXIT; mkdir scratch; touch scratch/f
ls scratch; set -e; (exit 6)
