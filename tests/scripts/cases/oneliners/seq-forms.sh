seq 3; seq 2 2 8 | xargs; seq -w 8 11 | xargs; seq 5 -2 1 | xargs; seq 0 0.5 2 | xargs
