seq 20 | awk 'NR % 7 == 0' | xargs; seq 20 | sed -n '0~7p' | xargs; seq 20 | sed -n '5~5p' | paste -sd:
