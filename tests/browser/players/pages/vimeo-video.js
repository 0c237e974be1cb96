import "vimeo-video-element";
