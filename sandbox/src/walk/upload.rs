//! The form with which a Flow is uploaded: pasted, or as a file.

use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;
use shared::Error;
use shared::http::Request;
use studio::FlowFile;

/// The most characters of a name.
const MAX_NAME: usize = 100;

/// The contents of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Upload {
    /// The name that somebody gave it; else that of the file.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
}

impl Upload {
    /// Reads the form: `multipart/form-data`, as browsers send files.
    pub(super) async fn read(request: &Request) -> Result<Upload, Error> {
        let wrong =
            |error: multer::Error| Error::BadRequest(format!("the form cannot be read: {error}"));
        let kind = request.header("content-type").unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(wrong)?;
        let body = stream::iter([Ok::<Bytes, std::convert::Infallible>(request.body.clone())]);
        let mut form = multer::Multipart::new(body, boundary);
        let mut upload = Upload::default();
        while let Some(field) = form.next_field().await.map_err(wrong)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(wrong)?;
            match name.as_str() {
                "name" if !bytes.trim_ascii().is_empty() => upload.name = cut(&text(&bytes)?),
                "text" if upload.text.is_empty() => upload.text = text(&bytes)?,
                "file" if !bytes.is_empty() => {
                    upload.text = text(&bytes)?;
                    if upload.name.is_empty() {
                        upload.name = cut(file.trim_end_matches(".json"));
                    }
                }
                _ => {}
            }
        }
        Ok(upload)
    }

    /// The name that the Flow gets: the one that was given, or its own, or its description.
    pub(super) fn flow_name(&self, file: &FlowFile) -> String {
        let flow = file.flows().first();
        let own = flow.and_then(|flow| flow.name().map(str::to_owned));
        let own = own.or_else(|| flow.map(|flow| flow.flow().description));
        let names = [Some(self.name.clone()), own];
        let found =
            names.into_iter().flatten().map(|name| cut(&name)).find(|name| !name.is_empty());
        found.unwrap_or_else(|| "A Flow without a name".to_owned())
    }

    /// The SID that the API gave with the definition.
    pub(super) fn sid(&self) -> Option<String> {
        let value: Value = serde_json::from_str(self.text.trim_start_matches('\u{feff}')).ok()?;
        let sid = value.get("sid")?.as_str()?;
        let is_sid = sid.len() == 34 && sid.starts_with("FW");
        (is_sid && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| sid.to_owned())
    }
}

fn text(bytes: &[u8]) -> Result<String, Error> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| Error::BadRequest("the file is not text in UTF-8".to_owned()))
}

fn cut(name: &str) -> String {
    let visible = name.chars().filter(|c| !c.is_control());
    visible.take(MAX_NAME).collect::<String>().trim().to_owned()
}
