# Sourced. copy_project FOLDER : what is committed, in FOLDER, with this tree's packages and compiled objects, which go by content. What
# FOLDER has built already stays.
copy_project() {
  mkdir -p "$1"
  find "$1" -mindepth 1 -maxdepth 1 ! -name build ! -name node_modules -exec rm -rf {} +
  git archive HEAD | tar --extract --directory "$1"
  ln -sfn "$PWD/node_modules" "$1/node_modules"
  [ -d "$1/build/obj" ] || { mkdir -p "$1/build"; cp -R build/obj "$1/build/" 2>/dev/null || true; }
}

# run_in PROJECT LIMIT REPORT ARGUMENT... : vitest there, for LIMIT seconds at most, with its JSON report.
run_in() {
  local project=$1 limit=$2 report=$3
  shift 3
  rm -f "$report"
  (cd "$project" && VITEST_JSON=$report timeout --kill-after 5 "$limit" node node_modules/vitest/vitest.mjs run "$@")
}
