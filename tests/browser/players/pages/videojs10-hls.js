import "@videojs/html/video/player";
import "@videojs/html/video/skin";
import "@videojs/html/media/hls-video";
