import "wistia-video-element";
