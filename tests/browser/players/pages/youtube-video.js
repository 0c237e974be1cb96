import "youtube-video-element";
