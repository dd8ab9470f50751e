# Makes DOCKERFILE the path of the file that the image is built by: of the component's folder, or of the text that saiondo.yaml gives.
case "$DOCKERFILE" in
  *'FROM '*)
    TEXT="$DOCKERFILE"
    DOCKERFILE=$(mktemp)
    printf '%s\n' "$TEXT" > "$DOCKERFILE"
    echo "dockerfile: the one of saiondo.yaml, instead of $COMPONENT_DIR's own"
    ;;
  *) DOCKERFILE="$COMPONENT_DIR/${DOCKERFILE:-Dockerfile}" ;;
esac
export DOCKERFILE
