# Uploads the site of the folder $1 to $WEB_BUCKET below the path $2: what carries its content in its name or is named by others first, index.html
# last. Flutter gives its files no content hash, so nothing that may change between two builds is kept without asking.
set -e
cd "$1"
TO="s3://$WEB_BUCKET$2"
aws s3 sync . "$TO" --exclude '*.html' --exclude '*.js' --exclude '*.json' --exclude '*.wasm' --cache-control 'public,max-age=3600'
aws s3 sync . "$TO" --exclude '*' --include '*.js' --include '*.json' --include '*.wasm' --cache-control 'no-cache'
aws s3 sync . "$TO" --exclude '*' --include '*.html' --exclude index.html --cache-control 'no-cache'
aws s3 cp index.html "$TO/index.html" --cache-control 'no-cache'
