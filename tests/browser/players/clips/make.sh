#!/bin/sh
# Makes the films of the matrix anew (needs ffmpeg): 24 s of a test picture and a quiet tone, as a
# file, as sound, and cut in fragments that an HLS playlist and a DASH manifest share; and an
# advertisement of 4 s, which interstitials.m3u8 puts before the film and into it.
set -eu
cd "$(dirname "$0")"

clip() { # name, seconds, tone
    ffmpeg -v error -y -f lavfi -i "testsrc=size=160x90:rate=5:duration=$2" \
        -f lavfi -i "sine=frequency=$3:sample_rate=8000:duration=$2" \
        -c:v libx264 -profile:v baseline -pix_fmt yuv420p -crf 40 -g 5 -keyint_min 5 -sc_threshold 0 \
        -c:a aac -b:a 12k -ac 1 -af volume=0.1 -fflags +bitexact -flags +bitexact \
        -movflags +faststart "$1.mp4"
    rm -rf "$1"
    mkdir "$1"
    (cd "$1" && ffmpeg -v error -i "../$1.mp4" -c copy -f dash -seg_duration 2 \
        -use_timeline 0 -hls_playlist 1 -hls_master_name master.m3u8 \
        -init_seg_name 'init-$RepresentationID$.mp4' \
        -media_seg_name '$RepresentationID$-$Number%02d$.m4s' \
        -adaptation_sets 'id=0,streams=v id=1,streams=a' manifest.mpd)
    sed -i '/PROGRAM-DATE-TIME/d' "$1"/media_*.m3u8
}

interstitial() { # name, second, further attributes
    printf '#EXT-X-DATERANGE:ID="%s",CLASS="com.apple.hls.interstitial",' "$1"
    printf 'START-DATE="2026-01-01T00:00:%sZ",DURATION=4,X-ASSET-URI="../ad/master.m3u8",' "$2"
    printf 'X-RESUME-OFFSET=0%s\n' "$3"
}

clip film 24 220
clip ad 4 440

sed 's/media_/interstitials_/' film/master.m3u8 >film/interstitials.m3u8
for track in 0 1; do
    {
        sed '/EXTINF/,$d' film/media_$track.m3u8
        echo '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z'
        interstitial before 00 ',CUE="PRE"'
        interstitial middle 08 ''
        sed -n '/EXTINF/,$p' film/media_$track.m3u8
    } >film/interstitials_$track.m3u8
done

ffmpeg -v error -y -f lavfi -i "sine=frequency=220:sample_rate=16000:duration=24" \
    -c:a libmp3lame -b:a 16k -ac 1 -af volume=0.1 -fflags +bitexact -flags +bitexact film.mp3
