// Every sentence of the page, in English and in Chinese, and which of the two is spoken.

const WORDS = {
  en: {
    switch: "中文",
    switch_lang: "zh",
    skip: "Skip to the content",
    model: "Model",
    label_set: "Expressions",
    welcome: "Drop pictures here",
    welcome_how: "or paste them. mien finds every face and reads its expression.",
    welcome_touch: "Read faces",
    welcome_how_touch: "mien finds every face and reads its expression.",
    choose_pictures: "Choose pictures",
    choose_video: "Choose a video",
    use_camera: "Use the camera",
    start_over: "Start over",
    save_group: "Save what is shown",
    save_json: "Save JSON",
    save_csv: "Save CSV",
    copy: "Copy",
    copied: "Copied as a table.",
    results: "Results",
    pictures: "Pictures",
    faces_list: "Faces. Arrow keys choose one.",
    reading: "Reading of the chosen face",
    people: "People over the last minute",
    video: "Video",
    camera: "Camera",
    where_title: "What leaves the browser",
    where:
      "Pictures, camera frames and videos go to this mien service at {address} and nowhere else. Pictures and frames " +
      "are not stored. A video is stored while it is read; what was read in it is kept for {keep}, unless you delete it. {who}",
    where_here: "The service runs on this computer: nothing leaves it.",
    where_there: "The service runs on another computer; whoever runs it sees what you send.",
    meaning_title: "What a reading means",
    meaning:
      "A reading is an estimate of how people would label the face they see. It does not say what the person feels, " +
      "thinks or means. Light, angle, age and custom change it; decide nothing about a person by it.",
    token_title: "This service needs a token",
    token_why: "Whoever runs it can give you one. It is kept until you close this tab.",
    token_wrong: "That token was not accepted.",
    token: "Token",
    token_send: "Continue",
    cancel: "Cancel",
    close: "Close",
    try_again: "Try again",
    face_of: "Face {n} of {count}",
    face_here: "Face {n} of {count}: {what}",
    previous: "Previous face",
    next: "Next face",
    faces: "{n} faces",
    faces_one: "1 face",
    faces_not_read: "not read",
    waiting: "Reading …",
    no_face: "No face found",
    no_face_how: "Faces that are very small, turned away or covered are not found.",
    unsure: "Little more than a guess: of faces like this the model is unsure.",
    pose: "Head",
    left: "{n}° left",
    right: "{n}° right",
    up: "{n}° up",
    down: "{n}° down",
    tilted_left: "tilted {n}° left",
    tilted_right: "tilted {n}° right",
    comma: ", ",
    crowd: "All {n} faces",
    camera_starting: "Starting the camera …",
    camera_off: "Stop the camera",
    camera_other: "Other camera",
    rate: "{n} readings a second",
    person: "Person {n}",
    not_seen: "not seen",
    over_time: "{who}: {what} over the last {seconds} seconds",
    ago: "{n} s ago",
    now: "now",
    uploading: "Sending …",
    queued: "Waiting for its turn …",
    watching: "Reading the video …",
    frames: "{n} frames read",
    frames_one: "1 frame read",
    done: "The video is read.",
    failed: "The video could not be read.",
    cancelled: "The video was deleted from the service.",
    open_report: "Open the report",
    save_parquet: "Save Parquet",
    delete: "Delete from the service",
    kept_until: "Kept by the service until {when}.",
    no_preview: "This browser cannot play the video; mien may still read it.",
    sets: {
      ekman7: "Seven basic",
      ferplus8: "Eight, with contempt",
      five: "Five coarse",
      smile2: "Smiling or not",
      compound11: "Eleven compound",
      micro3: "Three micro",
      multipie6: "Six posed",
      gemep5: "Five played",
    },
    problems: {
      unreadable_image: "This file cannot be read as a picture.",
      unreadable_video: "This file cannot be read as a video.",
      image_too_large: "This picture has too many pixels.",
      too_large: "This file is larger than the service takes.",
      too_slow: "The file took too long to arrive.",
      unauthorized: "The service needs a token.",
      forbidden: "The service does not answer pages from this address.",
      unsupported_media_type: "The service does not take files of this kind.",
      unknown_name: "The service does not know this model or these expressions.",
      bad_input: "The service cannot use this input.",
      bad_parameter: "The service cannot use these settings.",
      overloaded: "The service is busy. Try again in a moment.",
      too_many_jobs: "Too many videos are waiting. Try again later.",
      no_such_job: "The service no longer has this video.",
      interrupted: "The service stopped while it read this video.",
      not_ready: "The service is still loading its models. Try again in a moment.",
      internal: "Something went wrong inside the service.",
      offline: "The mien service does not answer.",
      stream_ended: "The service ended the camera's connection.",
      camera_refused: "The browser was not allowed to use the camera.",
      camera_missing: "No camera was found.",
      camera_busy: "The camera cannot be opened; perhaps another program uses it.",
      camera_insecure: "Browsers give the camera only to pages on this computer or with https.",
      not_copied: "The browser did not allow copying.",
      other: "Something went wrong.",
    },
    expressions: {},
  },
  zh: {
    switch: "English",
    switch_lang: "en",
    skip: "跳到内容",
    model: "模型",
    label_set: "表情类别",
    welcome: "把图片拖到这里",
    welcome_how: "也可以粘贴。mien 会找出每张人脸并读出表情。",
    welcome_touch: "识别表情",
    welcome_how_touch: "mien 会找出每张人脸并读出表情。",
    choose_pictures: "选择图片",
    choose_video: "选择视频",
    use_camera: "使用摄像头",
    start_over: "重新开始",
    save_group: "保存当前结果",
    save_json: "保存 JSON",
    save_csv: "保存 CSV",
    copy: "复制",
    copied: "已复制为表格。",
    results: "结果",
    pictures: "图片",
    faces_list: "人脸。用方向键选择。",
    reading: "所选人脸的结果",
    people: "最近一分钟的人物",
    video: "视频",
    camera: "摄像头",
    where_title: "哪些内容会离开浏览器",
    where:
      "图片、摄像头画面和视频只发送到位于 {address} 的这个 mien 服务，不会发往别处。图片和画面不会被保存。" +
      "视频只在读取期间保存；读取结果保留{keep}，除非您先删除。{who}",
    where_here: "该服务就在这台电脑上运行：没有任何内容离开它。",
    where_there: "该服务在另一台电脑上运行；运行它的人能看到您发送的内容。",
    meaning_title: "结果意味着什么",
    meaning:
      "结果是对人们会如何描述这张脸的估计，并不说明这个人的感受、想法或意图。光线、角度、年龄和习惯都会影响它；" +
      "请勿据此对任何人做出决定。",
    token_title: "此服务需要令牌",
    token_why: "可向运行服务的人索取。令牌只保留到您关闭此标签页。",
    token_wrong: "该令牌未被接受。",
    token: "令牌",
    token_send: "继续",
    cancel: "取消",
    close: "关闭",
    try_again: "重试",
    face_of: "第 {n} 张脸，共 {count} 张",
    face_here: "第 {n} 张脸，共 {count} 张：{what}",
    previous: "上一张脸",
    next: "下一张脸",
    faces: "{n} 张脸",
    faces_not_read: "未读取",
    waiting: "正在读取……",
    no_face: "没有找到人脸",
    no_face_how: "太小、侧转或被遮挡的脸无法找到。",
    unsure: "接近猜测：模型对这类脸没有把握。",
    pose: "头部",
    left: "向左 {n}°",
    right: "向右 {n}°",
    up: "向上 {n}°",
    down: "向下 {n}°",
    tilted_left: "左倾 {n}°",
    tilted_right: "右倾 {n}°",
    comma: "，",
    crowd: "全部 {n} 张脸",
    camera_starting: "正在启动摄像头……",
    camera_off: "关闭摄像头",
    camera_other: "切换摄像头",
    rate: "每秒读取 {n} 次",
    person: "人物 {n}",
    not_seen: "未出现",
    over_time: "{who}：最近 {seconds} 秒为{what}",
    ago: "{n} 秒前",
    now: "现在",
    uploading: "正在发送……",
    queued: "正在排队……",
    watching: "正在读取视频……",
    frames: "已读取 {n} 帧",
    done: "视频已读取完毕。",
    failed: "无法读取视频。",
    cancelled: "视频已从服务中删除。",
    open_report: "打开报告",
    save_parquet: "保存 Parquet",
    delete: "从服务中删除",
    kept_until: "服务保留至 {when}。",
    no_preview: "浏览器无法播放此视频，但 mien 也许能读取。",
    sets: {
      ekman7: "七种基本表情",
      ferplus8: "八种（含轻蔑）",
      five: "五种粗分类",
      smile2: "是否微笑",
      compound11: "十一种复合表情",
      micro3: "三种微表情",
      multipie6: "六种摆拍表情",
      gemep5: "五种表演情绪",
    },
    problems: {
      unreadable_image: "无法把此文件作为图片读取。",
      unreadable_video: "无法把此文件作为视频读取。",
      image_too_large: "此图片的像素过多。",
      too_large: "文件超过了服务允许的大小。",
      too_slow: "文件传输时间过长。",
      unauthorized: "此服务需要令牌。",
      forbidden: "服务不接受来自此地址的页面。",
      unsupported_media_type: "服务不接受这种类型的文件。",
      unknown_name: "服务不认识此模型或表情类别。",
      bad_input: "服务无法使用此输入。",
      bad_parameter: "服务无法使用这些设置。",
      overloaded: "服务繁忙，请稍后重试。",
      too_many_jobs: "排队的视频过多，请稍后重试。",
      no_such_job: "服务中已没有此视频。",
      interrupted: "读取此视频时服务停止了。",
      not_ready: "服务仍在加载模型，请稍后重试。",
      internal: "服务内部出错。",
      offline: "mien 服务没有响应。",
      stream_ended: "服务结束了摄像头连接。",
      camera_refused: "浏览器未获准使用摄像头。",
      camera_missing: "没有找到摄像头。",
      camera_busy: "无法打开摄像头，也许正被其他程序使用。",
      camera_insecure: "浏览器只允许本机页面或 https 页面使用摄像头。",
      not_copied: "浏览器不允许复制。",
      other: "出错了。",
    },
    expressions: {
      angry: "生气",
      anger: "愤怒",
      disgust: "厌恶",
      fear: "害怕",
      happy: "高兴",
      happiness: "快乐",
      sad: "难过",
      sadness: "悲伤",
      surprise: "惊讶",
      neutral: "平静",
      contempt: "轻蔑",
      joy: "喜悦",
      relief: "宽慰",
      smile: "微笑",
      smiling: "微笑",
      "not smiling": "没有微笑",
      squint: "眯眼",
      scream: "尖叫",
      negative: "消极",
      positive: "积极",
      "happily surprised": "惊喜",
      "happily disgusted": "又喜又厌",
      "sadly fearful": "悲伤而害怕",
      "sadly angry": "悲愤",
      "sadly surprised": "悲伤而惊讶",
      "sadly disgusted": "悲伤而厌恶",
      "fearfully angry": "又怕又怒",
      "fearfully surprised": "惊恐",
      "angrily surprised": "惊怒",
      "angrily disgusted": "愤怒而厌恶",
      "disgustedly surprised": "惊讶而厌恶",
    },
  },
};

const REMEMBERED = "mien-language";
const wished = localStorage.getItem(REMEMBERED) ?? navigator.language;

/** The language that is spoken, `en` or `zh`. */
export let language = wished.startsWith("zh") ? "zh" : "en";

/** Tells of a `change` of the language. */
export const speech = new EventTarget();

/** A sentence; `{names}` in it are replaced by `values`. */
export function t(key, values = {}) {
  const words = WORDS[language];
  const text = (values.n === 1 && words[`${key}_one`]) || words[key];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** What has no translation, such as a label set of one's own, is called by its own name. */
const called = (name, names) => names[name] ?? name;

/** The name of an expression, as it stands alone. */
export function expression(label) {
  const name = called(label, WORDS[language].expressions);
  return name[0].toUpperCase() + name.slice(1);
}

export const labelSet = (name) => called(name, WORDS[language].sets);

export const problem = (code) => called(code in WORDS.en.problems ? code : "other", WORDS[language].problems);

export const percent = (share) => `${Math.round(100 * share)}%`;

/** How dates and numbers are written: as where the reader lives, if they speak the page's language there. */
const locale = () => (navigator.language.startsWith(language) ? navigator.language : language);

/** Seconds in words: "24 hours". */
export function duration(seconds) {
  const [unit, length] = seconds >= 3600 ? ["hour", 3600] : ["minute", 60];
  const words = new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" });
  return words.format(Math.round(seconds / length));
}

export const moment = (date) => date.toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });

/** Fill in all elements that only say something. */
export function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = t(element.dataset.label);
}

export function switchLanguage() {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem(REMEMBERED, language);
  speak();
  speech.dispatchEvent(new Event("change"));
}

speak();
