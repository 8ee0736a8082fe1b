mkdir -p p/src p/docs; touch p/src/main.rs p/src/lib.rs p/docs/a.md; tree --noreport p
